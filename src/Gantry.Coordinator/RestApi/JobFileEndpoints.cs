using System.IO.Compression;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary>What jobs left behind: logs and artifacts.</summary>
internal sealed class JobFileEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects/{id}/jobs/{job}/trace", TraceAsync);
        routes.Map("GET", "projects/{id}/jobs/{job}/artifacts", async request => await ArchiveAsync(request, await FindAsync(request, AccessLevel.Reporter)));
        routes.Map("GET", "projects/{id}/jobs/{job}/artifacts/{**path}", async request => await EntryAsync(request, await FindAsync(request, AccessLevel.Reporter)));
        routes.Map("GET", "projects/{id}/jobs/artifacts/{ref}/download", async request => await ArchiveAsync(request, await FindByRefAsync(request)));
        routes.Map("GET", "projects/{id}/jobs/artifacts/{ref}/raw/{**path}", async request => await EntryAsync(request, await FindByRefAsync(request)));
        routes.Map("DELETE", "projects/{id}/jobs/{job}/artifacts", DeleteAsync);
        routes.Map("POST", "projects/{id}/jobs/{job}/artifacts/keep", KeepAsync);
    }

    private async Task TraceAsync(ApiRequest request)
    {
        var job = await FindAsync(request, AccessLevel.Reporter);
        var response = request.Http.Response;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        if (services.Traces.OpenRead(job.Id) is { } file)
        {
            await using (file)
            {
                await file.CopyToAsync(response.Body, request.Cancellation);
            }
        }
    }

    private async Task ArchiveAsync(ApiRequest request, JobRow job)
    {
        var (archive, file) = await OpenAsync(request, job);
        await Download.WriteAsync(request.Http, archive, file);
    }

    private async Task EntryAsync(ApiRequest request, JobRow job)
    {
        var (_, file) = await OpenAsync(request, job);
        await using (file)
        {
            await using var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, request.Cancellation);
            var entry = zip.GetEntry(request.Route("path")) ?? throw ApiException.NotFound();
            var response = request.Http.Response;
            response.ContentType = "application/octet-stream";
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.ContentDisposition = "attachment";
            response.ContentLength = entry.Length;
            await using var content = await entry.OpenAsync(request.Cancellation);
            await content.CopyToAsync(response.Body, request.Cancellation);
        }
    }

    private async Task<(JobArtifactRow Archive, FileStream File)> OpenAsync(ApiRequest request, JobRow job)
    {
        var archive = await services.Database.ReadAsync(session => session.Artifacts.Find(job.Id, "archive"), request.Cancellation);
        return archive is not null && services.Artifacts.OpenRead(archive) is { } file ? (archive, file) : throw ApiException.NotFound();
    }

    // The newest successful pipeline of the ref that has the job with artifacts.
    private Task<JobRow> FindByRefAsync(ApiRequest request) =>
        services.Database.ReadAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Reporter);
                var name = request.Values.Required("job");
                return session.Jobs.LatestSuccessful(project.Id, request.Route("ref"), name) ?? throw ApiException.NotFound();
            },
            request.Cancellation);

    private async Task DeleteAsync(ApiRequest request)
    {
        var job = await FindAsync(request, AccessLevel.Maintainer);
        await services.DropArtifactsAsync(job, request.Cancellation);
        request.NoContent();
    }

    private async Task KeepAsync(ApiRequest request)
    {
        var job = await FindAsync(request, AccessLevel.Developer);
        var view = await services.Database.WriteAsync(
            session =>
            {
                session.Artifacts.Keep(job.Id);
                session.Jobs.Update((session.Jobs.Find(job.Id) ?? job) with { ArtifactsExpireAt = null });
                return new JobViews(session, services).Of(session.Jobs.Find(job.Id)!);
            },
            request.Cancellation);
        await request.WriteAsync(view, RestJson.Default.JobView);
    }

    private Task<JobRow> FindAsync(ApiRequest request, AccessLevel least) =>
        services.Database.ReadAsync(session => Gate.Job(session, request, Gate.Project(session, request, least)), request.Cancellation);
}
