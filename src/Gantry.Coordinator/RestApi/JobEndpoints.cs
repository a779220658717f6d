using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Jobs: list, look, retry, cancel, play, erase.</summary>
internal sealed class JobEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects/{id}/jobs", request => ListAsync(request, ofPipeline: false, kind: null));
        routes.Map("GET", "projects/{id}/pipelines/{pipeline}/jobs", request => ListAsync(request, ofPipeline: true, kind: "build"));
        routes.Map("GET", "projects/{id}/pipelines/{pipeline}/bridges", request => ListAsync(request, ofPipeline: true, kind: "bridge"));
        routes.Map("GET", "projects/{id}/jobs/{job}", GetAsync);
        routes.Map("GET", "job", CurrentAsync);
        routes.Map("POST", "projects/{id}/jobs/{job}/retry", RetryAsync);
        routes.Map("POST", "projects/{id}/jobs/{job}/cancel", CancelAsync);
        routes.Map("POST", "projects/{id}/jobs/{job}/play", PlayAsync);
        routes.Map("POST", "projects/{id}/jobs/{job}/unschedule", UnscheduleAsync);
        routes.Map("POST", "projects/{id}/jobs/{job}/erase", EraseAsync);
    }

    private async Task ListAsync(ApiRequest request, bool ofPipeline, string? kind)
    {
        var page = request.KeysetPage;
        var views = await services.Database.ReadAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Reporter);
                var filter = new JobFilter
                {
                    ProjectId = project.Id,
                    PipelineId = ofPipeline ? Gate.Pipeline(session, request, project).Id : null,
                    Scope = request.Values.Texts("scope") ?? [],
                    Kind = kind,
                    WithRetried = !ofPipeline || request.Values.Flag("include_retried") == true,
                };
                var slice = session.Jobs.List(filter, page);
                var jobs = new JobViews(session, services);
                return new Paged<JobView>([.. slice.Items.Select(jobs.Of)], slice.Total);
            },
            request.Cancellation);
        await request.WriteKeysetAsync(page, views, view => view.Id, RestJson.Default.ListJobView);
    }

    private async Task GetAsync(ApiRequest request) => await WriteAsync(request, StatusCodes.Status200OK, (await FindAsync(request, AccessLevel.Reporter)).Id);

    private Task CurrentAsync(ApiRequest request) => request.Caller is Caller.Job job
        ? WriteAsync(request, StatusCodes.Status200OK, job.Row.Id)
        : throw ApiException.Unauthorized();

    private async Task RetryAsync(ApiRequest request)
    {
        var job = await FindAsync(request, AccessLevel.Developer);
        var again = await services.Actions.RetryAsync(job.Id, request.Person.Id, request.Cancellation)
            ?? throw new ApiException(StatusCodes.Status403Forbidden, "403 Forbidden - Job is not retryable");
        await WriteAsync(request, StatusCodes.Status201Created, again.Id);
    }

    private async Task CancelAsync(ApiRequest request)
    {
        var force = request.Values.Flag("force") == true;
        var job = await FindAsync(request, force ? AccessLevel.Maintainer : AccessLevel.Developer);
        await services.Actions.CancelAsync(job.Id, force, request.Cancellation);
        await WriteAsync(request, StatusCodes.Status201Created, job.Id);
    }

    private async Task PlayAsync(ApiRequest request)
    {
        var job = await FindAsync(request, AccessLevel.Developer);
        if (job.Status is not (CiStatus.Manual or CiStatus.Scheduled))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "400 Bad request - Unplayable Job");
        }

        var variables = request.Values.List("job_variables_attributes").Select(PipelineEndpoints.Given).ToList();
        await services.Actions.PlayAsync(job.Id, request.Person.Id, variables, request.Cancellation);
        await WriteAsync(request, StatusCodes.Status200OK, job.Id);
    }

    private async Task UnscheduleAsync(ApiRequest request)
    {
        var job = await FindAsync(request, AccessLevel.Developer);
        await services.Actions.UnscheduleAsync(job.Id, request.Cancellation);
        await WriteAsync(request, StatusCodes.Status201Created, job.Id);
    }

    private async Task EraseAsync(ApiRequest request)
    {
        var job = await FindAsync(request, AccessLevel.Maintainer);
        if (!CiStatus.IsComplete(job.Status) || job.ErasedAt is not null)
        {
            throw ApiException.Forbidden("Job is not erasable!");
        }

        await services.EraseAsync(job, request.Cancellation);
        await WriteAsync(request, StatusCodes.Status201Created, job.Id);
    }

    private Task<JobRow> FindAsync(ApiRequest request, AccessLevel least) =>
        services.Database.ReadAsync(session => Gate.Job(session, request, Gate.Project(session, request, least)), request.Cancellation);

    private async Task WriteAsync(ApiRequest request, int status, long jobId)
    {
        var view = await services.Database.ReadAsync(
            session => session.Jobs.Find(jobId) is { } job ? new JobViews(session, services).Of(job) : throw ApiException.NotFound("Job"), request.Cancellation);
        await request.WriteAsync(status, view, RestJson.Default.JobView);
    }
}
