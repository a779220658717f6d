using Gantry.Coordinator.Access;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web;

/// <summary>A visit of a project's page by someone who may see the project.</summary>
internal sealed class ProjectVisit(WebRequest request, ProjectRow project, AccessLevel level)
{
    public WebRequest Request => request;

    public ProjectRow Project => project;

    public AccessLevel Level => level;

    public CoordinatorServices Services => request.Services;

    public CancellationToken Cancellation => request.Cancellation;

    public PageScope Scope { get; } = request.Scope(level);

    public RepositoryReader Repository => request.Services.Repository(project.Id);

    /// <summary>Null when there is no such project, or the visitor may not know of it.</summary>
    public static async Task<ProjectVisit?> OpenAsync(WebRequest request, string path)
    {
        var found = await request.Services.Database.ReadAsync(
            session => session.Projects.FindByPath(path) is { } project && Permissions.MayReadCode(session, request.Caller, project)
                ? (project, Permissions.LevelIn(session, request.Caller, project))
                : ((ProjectRow, AccessLevel)?)null,
            request.Cancellation);
        return found is var (project, level) ? new ProjectVisit(request, project, level) : null;
    }

    public void Demand(AccessLevel least)
    {
        if (level < least)
            throw request.Caller is Caller.Anonymous ? ApiException.Unauthorized() : ApiException.Forbidden();
    }

    public Task<T> ReadAsync<T>(Func<StoreSession, T> read) => Services.Database.ReadAsync(read, Cancellation);

    public Task<PipelineRow> PipelineAsync(long id) => ReadAsync(session =>
        session.Pipelines.Find(id) is { } pipeline && pipeline.ProjectId == project.Id ? pipeline : throw ApiException.NotFound("Pipeline"));

    public Task<JobRow> JobAsync(long id) => ReadAsync(session =>
        session.Jobs.Find(id) is { } job && job.ProjectId == project.Id ? job : throw ApiException.NotFound("Job"));

    public FrameView Frame(ProjectTab tab, string title, RazorSlices.RazorSlice body) =>
        request.Frame(Scope, $"{title} · {project.FullPath}", body) with { Project = project, Tab = tab };
}
