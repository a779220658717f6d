using System.Reflection;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The jobs of all projects, and how the server fares, for its owner.</summary>
internal static class AdminStatusPages
{
    private const int PageSize = 40;
    private const int RefreshSeconds = 5;

    public static async Task JobsAsync(WebRequest request)
    {
        var scope = AdminPages.Demand(request);
        var status = request.Query("status");
        var (jobs, total) = await request.Services.Database.ReadAsync(
            session =>
            {
                var found = session.Jobs.List(new JobFilter { Scope = status.Length > 0 ? [status] : [] }, new Page(request.PageNumber, PageSize));
                return (found.Items.Select(job => (job, session.Projects.Find(job.ProjectId)!)).ToList(), found.Total);
            },
            request.Cancellation);
        var address = WebPath.AdminJobs + (status.Length > 0 ? $"?status={Uri.EscapeDataString(status)}&" : "?");
        var view = new AdminJobsView(scope, jobs, status, new PagerView(scope, request.PageNumber, ProjectPages.Pages(total, PageSize), address));
        await request.ShowAsync(request.Frame(scope, request.Words.AdminJobs, Slice.AdminJobs(view)) with { RefreshSeconds = RefreshSeconds });
    }

    public static async Task HealthAsync(WebRequest request)
    {
        var scope = AdminPages.Demand(request);
        var folder = new DataFolder(request.Services.Settings.DataDirectory);
        var view = await request.Services.Database.ReadAsync(session => View(session, request, scope, folder), request.Cancellation);
        await request.ShowAsync(request.Frame(scope, request.Words.Health, Slice.Health(view)) with { RefreshSeconds = RefreshSeconds });
    }

    private static HealthView View(StoreSession session, WebRequest request, PageScope scope, DataFolder folder)
    {
        var runners = session.Runners.List();
        var waiting = session.Jobs.List(new JobFilter { Scope = [CiStatus.Pending] }, new Page(1, 1)).Total;
        var running = session.Jobs.List(new JobFilter { Scope = [CiStatus.Running] }, new Page(1, 1)).Total;
        return new HealthView
        {
            Scope = scope,
            Version = typeof(AdminStatusPages).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
            StartedAt = request.ServerStartedAt,
            Memory = Environment.WorkingSet,
            DataFolder = folder.Root,
            DatabaseSize = SizeOf(folder.Database) + SizeOf(folder.Database + "-wal"),
            DiskFree = Free(folder.Root),
            OnlineRunners = runners.Count(runner => runner.Status(request.Now) == "online"),
            Runners = runners.Count,
            Waiting = waiting,
            Running = running,
            OldestQueued = session.Jobs.Waiting() is [var first, ..] ? session.Jobs.Find(first.Id)?.QueuedAt : null,
        };
    }

    private static long SizeOf(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    private static long? Free(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
