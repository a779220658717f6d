using System.Globalization;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Graphs;
using Gantry.Coordinator.Web.Live;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The list of pipelines, a pipeline's page, and what its buttons do.</summary>
internal static class PipelinePages
{
    private const int PageSize = 15;
    private const int TailLines = 30;

    // More failed jobs than one reads: the rest is a click away.
    private const int ShownFailures = 20;

    public static async Task ListAsync(ProjectVisit visit)
    {
        var request = visit.Request;
        var (tab, refName, status) = (request.Query("scope"), request.Query("ref").Trim(), request.Query("status"));
        var filter = new PipelineFilter { Scope = NullIfEmpty(tab), Ref = NullIfEmpty(refName), Status = NullIfEmpty(status) };
        var (items, total) = await visit.ReadAsync(session =>
        {
            var found = session.Pipelines.List(visit.Project.Id, filter, new Page(request.PageNumber, PageSize));
            return (found.Items.Select(pipeline => PipelineList.Item(session, visit.Scope, visit.Project, pipeline)).ToList(), found.Total);
        });
        var query = new[] { ("scope", tab), ("ref", refName), ("status", status) }
            .Where(pair => pair.Item2.Length > 0)
            .Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}&");
        var view = new PipelinesView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Pipelines = items,
            Total = total,
            Tab = tab,
            Ref = refName,
            Status = status,
            Pager = new PagerView(visit.Scope, request.PageNumber, ProjectPages.Pages(total, PageSize), $"{WebPath.Pipelines(visit.Project)}?{string.Concat(query)}"),
        };
        await request.ShowAsync(visit.Frame(ProjectTab.Pipelines, request.Words.Pipelines, Slice.Pipelines(view)) with { LiveUrl = WebPath.Live(visit.Project) });
    }

    public static async Task ShowAsync(ProjectVisit visit, long id, PipelineTab tab)
    {
        var pipeline = await visit.PipelineAsync(id);
        var view = await visit.ReadAsync(session => View(session, visit, pipeline, tab));
        if (tab == PipelineTab.Failures)
            view = view with { Failures = await TailsAsync(visit, view.Failures) };
        var words = visit.Request.Words;
        await visit.Request.ShowAsync(
            visit.Frame(ProjectTab.Pipelines, $"{words.PipelineTitle(id)} · {pipeline.Name ?? pipeline.CommitTitle}", Slice.Pipeline(view))
                with
            { LiveUrl = $"{WebPath.Live(visit.Project)}?pipeline={id.ToString(CultureInfo.InvariantCulture)}" });
    }

    /// <summary><c>/-/pipelines/latest</c> and <c>/-/pipelines/&lt;branch&gt;/latest</c>.</summary>
    public static async Task LatestAsync(ProjectVisit visit, string? refName)
    {
        refName ??= visit.Project.DefaultBranch;
        var latest = await visit.ReadAsync(session => session.Pipelines.Latest(visit.Project.Id, refName)) ?? throw ApiException.NotFound("Pipeline");
        visit.Request.GoTo(WebPath.Pipeline(visit.Project, latest.Id));
    }

    public static async Task RetryAsync(ProjectVisit visit, long id, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        await visit.PipelineAsync(id);
        await visit.Services.Actions.RetryPipelineAsync(id, visit.Request.User.Id, visit.Cancellation);
        visit.Request.GoTo(form.Return(WebPath.Pipeline(visit.Project, id)));
    }

    public static async Task CancelAsync(ProjectVisit visit, long id, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        await visit.PipelineAsync(id);
        await visit.Services.Actions.CancelPipelineAsync(id, visit.Cancellation);
        visit.Request.GoTo(form.Return(WebPath.Pipeline(visit.Project, id)));
    }

    /// <summary>Starts every manual job of a stage.</summary>
    public static async Task PlayStageAsync(ProjectVisit visit, long id, string stage, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        await visit.PipelineAsync(id);
        var manual = await visit.ReadAsync(session => session.Jobs.Latest(id).Where(job => job.Stage == stage && job.Status == CiStatus.Manual).ToList());
        foreach (var job in manual)
            await visit.Services.Actions.PlayAsync(job.Id, visit.Request.User.Id, [], visit.Cancellation);
        visit.Request.GoTo(form.Return(WebPath.Pipeline(visit.Project, id)));
    }

    private static PipelineView View(StoreSession session, ProjectVisit visit, PipelineRow pipeline, PipelineTab tab)
    {
        var item = PipelineList.Item(session, visit.Scope, visit.Project, pipeline);
        var latest = item.Stages.SelectMany(stage => stage.Jobs).ToList();
        var failed = latest.Where(job => job.Status == CiStatus.Failed).OrderBy(job => job.AllowFailure);
        return new PipelineView
        {
            Item = item,
            Tab = tab,
            Nodes = tab == PipelineTab.Needs ? GraphLayout.Place(JobGraph.Of(visit.Scope, visit.Project, latest, session.Jobs.NeedsOfPipeline(pipeline.Id))) : [],
            HasNeeds = latest.Any(job => job.Dag),
            Suites = Suites(session, pipeline.Id, latest),
            Jobs = tab is PipelineTab.Jobs or PipelineTab.Timing ? [.. session.Jobs.OfPipeline(pipeline.Id).OrderBy(job => job.StageIndex).ThenBy(job => job.Retried).ThenBy(job => job.Name, NaturalOrder.Instance)] : [],
            Failures = [.. failed.Take(ShownFailures).Select(job => new FailedJob(job, []))],
            Parent = pipeline.UpstreamPipelineId is { } parent && session.Pipelines.Find(parent) is { } upstream && upstream.ProjectId == pipeline.ProjectId ? upstream : null,
            Children = [.. session.Pipelines.Children(pipeline.Id).Where(child => child.ProjectId == pipeline.ProjectId)],
            Queued = pipeline.StartedAt is { } start ? (start - pipeline.CreatedAt).TotalSeconds : null,
        };
    }

    private static List<(TestSuite Suite, JobRow? Job)> Suites(StoreSession session, long pipelineId, List<JobRow> jobs) =>
    [
        .. session.Reports.TestsOfPipeline(pipelineId)
            .OrderByDescending(suite => TestsView.Bad(suite) > 0).ThenBy(suite => suite.Name, NaturalOrder.Instance)
            .Select(suite => (suite, jobs.FirstOrDefault(job => job.Name == suite.Name))),
    ];

    private static async Task<IReadOnlyList<FailedJob>> TailsAsync(ProjectVisit visit, IReadOnlyList<FailedJob> failures)
    {
        var filled = new List<FailedJob>(failures.Count);
        foreach (var failure in failures)
            filled.Add(failure with { Tail = await LogTail.ReadAsync(visit.Services.Traces, failure.Job.Id, TailLines, visit.Cancellation) });
        return filled;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
