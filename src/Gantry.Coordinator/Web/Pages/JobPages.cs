using System.Globalization;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Live;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The jobs of a project, and a job's page with its log.</summary>
internal static class JobPages
{
    private const int PageSize = 30;

    public static async Task ListAsync(ProjectVisit visit)
    {
        var request = visit.Request;
        var status = request.Query("status");
        var found = await visit.ReadAsync(session => session.Jobs.List(
            new JobFilter { ProjectId = visit.Project.Id, Scope = status.Length > 0 ? [status] : [] }, new Page(request.PageNumber, PageSize)));
        var address = WebPath.Jobs(visit.Project) + (status.Length > 0 ? $"?status={Uri.EscapeDataString(status)}&" : "?");
        var view = new JobsView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Jobs = found.Items,
            Status = status,
            Pager = new PagerView(visit.Scope, request.PageNumber, ProjectPages.Pages(found.Total, PageSize), address),
        };
        await request.ShowAsync(visit.Frame(ProjectTab.Jobs, request.Words.Jobs, Slice.Jobs(view)) with { LiveUrl = WebPath.Live(visit.Project) });
    }

    public static async Task ShowAsync(ProjectVisit visit, long id)
    {
        var job = await visit.JobAsync(id);
        var view = await visit.ReadAsync(session => View(session, visit, job));
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Jobs, $"{job.Name} (#{id})", Slice.Job(view)) with
        {
            LiveUrl = $"{WebPath.Live(visit.Project)}?pipeline={job.PipelineId.ToString(CultureInfo.InvariantCulture)}",
            Script = "log.js",
        });
    }

    /// <summary>The log as the runner sent it.</summary>
    public static async Task RawAsync(ProjectVisit visit, long id)
    {
        await visit.JobAsync(id);
        var http = visit.Request.Http;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.ContentDisposition = "inline";
        http.Response.Headers.CacheControl = "no-store";
        await using var file = visit.Services.Traces.OpenRead(id);
        if (file is not null)
            await file.CopyToAsync(http.Response.Body, visit.Cancellation);
    }

    public static async Task LogAsync(ProjectVisit visit, long id)
    {
        await visit.JobAsync(id);
        _ = long.TryParse(visit.Request.Query("offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset);
        await visit.Request.StreamAsync(end => LogStream.FollowAsync(visit.Services, id, offset, end));
    }

    public static async Task TraceJsonAsync(ProjectVisit visit, long id) =>
        await TraceJson.WriteAsync(visit.Request.Http, visit.Services.Traces, await visit.JobAsync(id));

    /// <summary>One uploaded file, the archive unless another is asked for.</summary>
    public static async Task DownloadAsync(ProjectVisit visit, long id)
    {
        await visit.JobAsync(id);
        var type = visit.Request.Query("file_type");
        var artifact = await visit.ReadAsync(session => session.Artifacts.Find(id, type.Length > 0 ? type : "archive")) ?? throw ApiException.NotFound();
        await using var file = visit.Services.Artifacts.OpenRead(artifact) ?? throw ApiException.NotFound();
        var response = visit.Request.Http.Response;
        response.ContentType = "application/octet-stream";
        response.ContentLength = file.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(artifact.FileName)}";
        await file.CopyToAsync(response.Body, visit.Cancellation);
    }

    private static JobView View(StoreSession session, ProjectVisit visit, JobRow job)
    {
        var all = session.Jobs.OfPipeline(job.PipelineId);
        return new JobView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Job = job,
            Pipeline = session.Pipelines.Find(job.PipelineId)!,
            Starter = session.Users.Find(job.UserId)?.Username ?? "",
            Runner = job.RunnerId is { } runner ? session.Runners.Find(runner) : null,
            StageJobs = [.. all.Where(other => other.StageIndex == job.StageIndex && !other.Retried).OrderBy(other => other.Name, NaturalOrder.Instance)],
            Attempts = [.. all.Where(other => other.Name == job.Name).OrderByDescending(other => other.Id)],
            Artifacts = [.. session.Artifacts.OfJob(job.Id).Where(artifact => artifact.Type != "trace")],
            HasTerminal = TerminalPages.IsOpenTo(session, visit, job),
            HasLog = visit.Services.Traces.Size(job.Id) > 0,
            Answers = job.Status == CiStatus.Pending ? [.. Explanation.Of(session, job, visit.Request.Now).Select(verdict => new RunnerAnswer(verdict.Runner, verdict.Why))] : [],
        };
    }
}
