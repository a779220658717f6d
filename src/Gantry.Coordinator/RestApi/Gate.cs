using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary>Finds what a path names and whether the caller may have it: 404 for what they may not even see, 403 for the rest.</summary>
internal static class Gate
{
    /// <summary>The project of <c>:id</c>, a number or a path.</summary>
    public static ProjectRow Project(StoreSession session, ApiRequest request, AccessLevel least)
    {
        var name = request.Route("id");
        var project = long.TryParse(name, out var id) ? session.Projects.Find(id) : session.Projects.FindByPath(name);
        if (project is null || !Permissions.MayRead(session, request.Caller, project))
        {
            throw request.Caller is Caller.Anonymous && project?.Visibility != "public" && least > AccessLevel.None
                ? ApiException.Unauthorized()
                : ApiException.NotFound("Project");
        }

        if (least > AccessLevel.None && Permissions.LevelIn(session, request.Caller, project) < least && !(least <= AccessLevel.Reporter && Permissions.MayReadCode(session, request.Caller, project)))
        {
            throw request.Caller is Caller.Anonymous ? ApiException.Unauthorized() : ApiException.Forbidden();
        }

        return project;
    }

    public static PipelineRow Pipeline(StoreSession session, ApiRequest request, ProjectRow project) =>
        session.Pipelines.Find(request.RouteNumber("pipeline")) is { } pipeline && pipeline.ProjectId == project.Id
            ? pipeline
            : throw ApiException.NotFound("Pipeline");

    public static JobRow Job(StoreSession session, ApiRequest request, ProjectRow project) =>
        session.Jobs.Find(request.RouteNumber("job")) is { } job && job.ProjectId == project.Id ? job : throw ApiException.NotFound("Job");

    /// <summary>A person who owns the instance.</summary>
    public static UserRow Admin(ApiRequest request) => request.Person is { Admin: true } user ? user : throw ApiException.Forbidden();
}
