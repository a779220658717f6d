using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary>Who may see and change a runner: the instance's owner all of them, others those of projects where their role suffices.</summary>
internal static class RunnerAccess
{
    public static RunnerRow Find(StoreSession session, ApiRequest request, AccessLevel least)
    {
        _ = request.Person;
        var runner = session.Runners.Find(request.RouteNumber("runner")) ?? throw ApiException.NotFound("Runner");
        return May(session, request, runner, least) ? runner : throw ApiException.Forbidden();
    }

    public static bool May(StoreSession session, ApiRequest request, RunnerRow runner, AccessLevel least) =>
        request.Caller is Caller.Person { User.Admin: true }
        || session.Runners.ProjectIds(runner.Id)
            .Select(session.Projects.Find)
            .Any(project => project is not null && Permissions.LevelIn(session, request.Caller, project) >= least);
}
