using System.Globalization;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The runners of the whole server, for its owner.</summary>
internal static class AdminPages
{
    private const int ShownJobs = 30;
    private const int RefreshSeconds = 5;

    public static async Task RunnersAsync(WebRequest request)
    {
        var scope = Demand(request);
        var view = await request.Services.Database.ReadAsync(
            session =>
            {
                var runners = session.Runners.List();
                return new AdminRunnersView
                {
                    Scope = scope,
                    ServerUrl = request.Services.Address.Url,
                    RegistrationToken = session.Instance.Find(InstanceStore.RegistrationToken) ?? "",
                    Runners = [.. runners.Select(runner => Item(session, scope, runner))],
                };
            },
            request.Cancellation);
        await request.ShowAsync(request.Frame(scope, request.Words.AdminRunners, Slice.AdminRunners(view)) with { RefreshSeconds = RefreshSeconds });
    }

    public static async Task RunnerAsync(WebRequest request, long id)
    {
        var scope = Demand(request);
        var view = await request.Services.Database.ReadAsync(
            session =>
            {
                var runner = session.Runners.Find(id) ?? throw ApiException.NotFound("Runner");
                var jobs = session.Jobs.List(new JobFilter { RunnerId = id }, new Page(1, ShownJobs)).Items;
                return new RunnerView
                {
                    Item = Item(session, scope, runner),
                    Jobs = [.. jobs.Select(job => (job, session.Projects.Find(job.ProjectId)!))],
                    Projects = [.. session.Runners.ProjectIds(id).Select(session.Projects.Find).OfType<ProjectRow>()],
                };
            },
            request.Cancellation);
        await request.ShowAsync(request.Frame(scope, $"{request.Words.Runner} #{id.ToString(CultureInfo.InvariantCulture)}", Slice.RunnerPage(view)) with { RefreshSeconds = RefreshSeconds });
    }

    public static async Task ChangeRunnerAsync(WebRequest request, long id, string action)
    {
        Demand(request);
        request.GoTo(WebPath.AdminRunners, await RunnerChanges.ApplyAsync(request.Services, id, action, request.Cancellation));
    }

    public static PageScope Demand(WebRequest request) => request.Caller switch
    {
        Caller.Person { User.Admin: true } => request.Scope(AccessLevel.None),
        Caller.Anonymous => throw ApiException.Unauthorized(),
        _ => throw ApiException.NotFound(),
    };

    private static RunnerItem Item(StoreSession session, PageScope scope, RunnerRow runner) => new()
    {
        Scope = scope,
        Runner = runner,
        Machines = session.Managers.OfRunner(runner.Id),
        Running = session.Jobs.RunningOnRunner(runner.Id),
        Address = $"{WebPath.AdminRunners}/{runner.Id.ToString(CultureInfo.InvariantCulture)}",
        Actions = WebPath.AdminRunners,
        Owner = runner.IsInstance ? null : session.Runners.ProjectIds(runner.Id).Select(session.Projects.Find).FirstOrDefault()?.FullPath,
    };
}
