using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>Upload and download of artifacts by jobs (official-job-protocol §1.15, §1.16).</summary>
internal sealed class ArtifactEndpoints(CoordinatorServices services)
{
    // Room for the boundary, the headers of the part and a few form fields beside the file itself.
    private const long FormOverhead = 1024 * 1024;
    private const int LargestField = 4096;

    public void Map(ApiRoutes routes)
    {
        routes.MapRaw("POST", "jobs/{id}/artifacts/authorize", AuthorizeAsync);
        routes.MapRaw("POST", "jobs/{id}/artifacts", UploadAsync);
        routes.MapRaw("GET", "jobs/{id}/artifacts", DownloadAsync);
    }

    // GitLab's own proxy asks this before an upload; a runner behind another proxy may do so too.
    private async Task AuthorizeAsync(HttpContext http)
    {
        await JobGate.AdmitRunningAsync(services, http);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("{}", http.RequestAborted);
    }

    private async Task UploadAsync(HttpContext http)
    {
        var job = await JobGate.AdmitRunningAsync(services, http);
        var limit = services.Settings.ArtifactLimit;
        if (http.Request.ContentLength > limit + FormOverhead)
        {
            throw TooLarge();
        }

        BodyLimit.Set(http, limit + FormOverhead);

        try
        {
            var form = await ReadFormAsync(http, limit);
            await new ArtifactIntake(services).KeepAsync(job, form, http.RequestAborted);
        }
        catch (ArtifactTooLargeException)
        {
            throw TooLarge();
        }
        catch (ReportException error)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, error.Message);
        }

        http.Response.StatusCode = StatusCodes.Status201Created;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("{\"message\":\"201 Created\"}", http.RequestAborted);
    }

    private async Task<ArtifactForm> ReadFormAsync(HttpContext http, long limit)
    {
        var fields = http.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "400 Bad request - Missing artifacts file!");
        }

        var reader = new MultipartReader(boundary, http.Request.Body) { BodyLengthLimit = null };
        ArtifactForm? form = null;
        while (await reader.ReadNextSectionAsync(http.RequestAborted) is { } section)
        {
            var disposition = section.GetContentDispositionHeader();
            if (disposition?.IsFileDisposition() == true && form is null)
            {
                var name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value;
                form = ArtifactForm.Of(name, await services.Artifacts.ReceiveAsync(section.Body, limit, http.RequestAborted), fields);
            }
            else if (disposition?.IsFormDisposition() == true && disposition.Name.Value is { } field)
            {
                using var text = new StreamReader(section.Body);
                var buffer = new char[LargestField];
                fields[HeaderUtilities.RemoveQuotes(field).Value!] = new string(buffer, 0, await text.ReadBlockAsync(buffer, http.RequestAborted));
            }
        }

        return form ?? throw new ApiException(StatusCodes.Status400BadRequest, "400 Bad request - Missing artifacts file!");
    }

    // The token is of a running job of the same project that depends on this one, or of the job itself, running or not.
    private async Task DownloadAsync(HttpContext http)
    {
        var id = JobGate.IdOf(http);
        var token = (string?)http.Request.Headers[ProtocolHeaders.JobToken] ?? http.Request.Query["job_token"];
        if (string.IsNullOrEmpty(token))
        {
            throw ApiException.Unauthorized();
        }

        var (asking, archive) = await services.Database.ReadAsync(
            session => (session.Jobs.FindByToken(token), session.Artifacts.Find(id, "archive")), http.RequestAborted);
        if (asking is null || (asking.Id != id && !CiStatus.IsExecuting(asking.Status)))
        {
            throw ApiException.Forbidden();
        }

        if (archive is null || archive.ProjectId != asking.ProjectId || services.Artifacts.OpenRead(archive) is not { } file)
        {
            throw ApiException.NotFound();
        }

        await Download.WriteAsync(http, archive, file);
    }

    private static ApiException TooLarge() => new(StatusCodes.Status413PayloadTooLarge, "413 Request Entity Too Large");
}
