using System.Net;
using System.Net.WebSockets;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Live;
using Gantry.Coordinator.Web.Sessions;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>
/// A terminal in a running job: the page, and the way of its bytes from the browser to the runner's session server
/// (official-job-protocol §9.9). For whoever started the job, and for maintainers.
/// </summary>
internal static class TerminalPages
{
    /// <summary>The job runs, its runner offers a terminal, and this visitor may use it.</summary>
    public static bool IsOpenTo(StoreSession session, ProjectVisit visit, JobRow job) =>
        MayEnter(visit, job) && CiStatus.IsExecuting(job.Status) && session.Terminals.Find(job.Id) is not null;

    public static async Task ShowAsync(ProjectVisit visit, long id)
    {
        var (job, _) = await OpenAsync(visit, id);
        visit.Request.Http.Response.Headers.ContentSecurityPolicy = ContentPolicy.OwnStyles;
        var words = visit.Request.Words;
        var view = new TerminalView(visit.Scope, visit.Project, job);
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Jobs, $"{words.Terminal}: {job.Name} (#{id})", Slice.Terminal(view)) with { Script = "terminal.js" });
    }

    public static async Task ConnectAsync(ProjectVisit visit, long id)
    {
        var http = visit.Request.Http;
        // Browsers send cookies with WebSockets that any site opens.
        if (!http.WebSockets.IsWebSocketRequest || !FormGuard.IsOwnSite(http.Request))
        {
            throw ApiException.Forbidden();
        }

        var (_, terminal) = await OpenAsync(visit, id);
        using var end = visit.Request.UntilTheEnd();
        using var browser = await http.WebSockets.AcceptWebSocketAsync(RunnerTerminal.Protocol);
        using var runner = new RunnerTerminal(terminal);
        try
        {
            await runner.ConnectAsync(end.Token);
        }
        catch (WebSocketException)
        {
            await RunnerTerminal.LeaveAsync(browser, Reason(visit, runner.Refusal));
            return;
        }
        catch (OperationCanceledException)
        {
            await RunnerTerminal.LeaveAsync(browser, visit.Request.Words.TerminalClosed);
            return;
        }

        await runner.CarryAsync(browser, end.Token);
    }

    private static string Reason(ProjectVisit visit, HttpStatusCode refusal) => refusal switch
    {
        HttpStatusCode.Locked => visit.Request.Words.TerminalTaken,
        HttpStatusCode.ServiceUnavailable => visit.Request.Words.TerminalNotReady,
        HttpStatusCode.NotFound or HttpStatusCode.Unauthorized => visit.Request.Words.TerminalClosed,
        _ => visit.Request.Words.TerminalUnreachable,
    };

    private static async Task<(JobRow Job, JobTerminalRow Terminal)> OpenAsync(ProjectVisit visit, long id)
    {
        var job = await visit.JobAsync(id);
        if (!MayEnter(visit, job))
        {
            visit.Demand(AccessLevel.Maintainer);
        }

        var terminal = CiStatus.IsExecuting(job.Status) ? await visit.ReadAsync(session => session.Terminals.Find(id)) : null;
        return (job, terminal ?? throw ApiException.NotFound());
    }

    private static bool MayEnter(ProjectVisit visit, JobRow job) =>
        visit.Level >= AccessLevel.Maintainer || (visit.Level >= AccessLevel.Developer && visit.Request.Caller.Identity?.Id == job.UserId);
}
