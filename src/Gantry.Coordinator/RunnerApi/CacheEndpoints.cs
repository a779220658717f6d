using System.Globalization;
using System.Text.RegularExpressions;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>
/// The built-in store of caches, in the words that every runner knows already: <c>[runners.cache]</c> with <c>Type = "s3"</c>, whose
/// objects are read and written by short-lived signed addresses. A runner reaches the caches of projects whose jobs it may run.
/// </summary>
internal sealed partial class CacheEndpoints(CoordinatorServices services)
{
    public const string Bucket = "gantry-cache";
    public const string Region = "us-east-1";

    private static readonly TimeSpan UsePrecision = TimeSpan.FromHours(1);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods($"/{Bucket}/{{**path}}", ["GET", "HEAD", "PUT"], HandleAsync);
        routes.MapMethods($"/{Bucket}", ["GET", "HEAD"], HandleAsync);
    }

    private async Task HandleAsync(HttpContext http)
    {
        // Clients that were not told the region ask for it first.
        if (http.Request.Query.ContainsKey("location"))
        {
            await XmlAsync(http, StatusCodes.Status200OK, $"<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{Region}</LocationConstraint>");
            return;
        }

        var path = Uri.UnescapeDataString(http.Request.RouteValues["path"] as string ?? "");
        if (await AdmitAsync(http, path) is not { } projectId)
        {
            await ErrorAsync(http, StatusCodes.Status403Forbidden, "AccessDenied");
        }
        else if (HttpMethods.IsPut(http.Request.Method))
        {
            await WriteAsync(http, projectId, path);
        }
        else
        {
            await ReadAsync(http, projectId, path);
        }
    }

    // The project of the object, when the signature is good and the runner may work for it.
    private Task<long?> AdmitAsync(HttpContext http, string path)
    {
        var signature = S3Signature.Read(http.Request, services.Clock.GetUtcNow());
        var named = ProjectPart().Match(path);
        return signature is null || !named.Success || !long.TryParse(named.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? Task.FromResult<long?>(null)
            : services.Database.ReadAsync<long?>(
                session => CacheKeys.Find(session, signature.AccessKey) is { } runner
                    && CacheKeys.Secret(session, runner) is { } secret && signature.IsOf(http.Request, secret)
                    && session.Projects.Find(id) is { } project
                    && (runner.IsInstance ? project.InstanceRunnersEnabled : session.Runners.ProjectIds(runner.Id).Contains(id))
                        ? id
                        : null,
                http.RequestAborted);
    }

    private async Task ReadAsync(HttpContext http, long projectId, string path)
    {
        var now = services.Clock.GetUtcNow();
        var cache = await services.Database.ReadAsync(session => session.Caches.Find(projectId, path), http.RequestAborted);
        if (cache is null || services.Caches.OpenRead(cache) is not { } file)
        {
            await ErrorAsync(http, StatusCodes.Status404NotFound, "NoSuchKey");
            return;
        }

        await using (file)
        {
            if (now - cache.UsedAt > UsePrecision)
            {
                await services.Database.WriteAsync(session => session.Caches.Touch(cache.Id, now), http.RequestAborted);
            }

            var response = http.Response;
            response.ContentType = "application/octet-stream";
            response.ContentLength = file.Length;
            response.Headers.ETag = $"\"{cache.Sha256}\"";
            response.Headers.LastModified = File.GetLastWriteTimeUtc(file.SafeFileHandle).ToString("r", CultureInfo.InvariantCulture);
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.ContentDisposition = "attachment";
            if (HttpMethods.IsGet(http.Request.Method))
            {
                await file.CopyToAsync(response.Body, http.RequestAborted);
            }
        }
    }

    private async Task WriteAsync(HttpContext http, long projectId, string path)
    {
        var limit = services.Settings.CacheLimit;
        if (http.Request.ContentLength > limit)
        {
            await ErrorAsync(http, StatusCodes.Status400BadRequest, "EntityTooLarge");
            return;
        }

        BodyLimit.Set(http, limit);

        try
        {
            var upload = await services.Artifacts.ReceiveAsync(http.Request.Body, limit, http.RequestAborted);
            await KeepAsync(projectId, path, upload);
            http.Response.Headers.ETag = $"\"{upload.Sha256}\"";
        }
        catch (ArtifactTooLargeException)
        {
            await ErrorAsync(http, StatusCodes.Status400BadRequest, "EntityTooLarge");
        }
    }

    private async Task KeepAsync(long projectId, string path, ArtifactUpload upload)
    {
        var kept = false;
        try
        {
            var replaced = await services.Database.WriteAsync(
                session =>
                {
                    var (added, old) = session.Caches.Replace(projectId, path, upload.Size, upload.Sha256, services.Clock.GetUtcNow());
                    services.Caches.Place(upload, added);
                    return old;
                },
                CancellationToken.None);
            kept = true;
            if (replaced is not null)
            {
                services.Caches.Delete(replaced);
            }
        }
        finally
        {
            if (!kept)
            {
                services.Artifacts.Drop(upload);
            }
        }
    }

    private static Task ErrorAsync(HttpContext http, int status, string code) => XmlAsync(http, status, $"<Error><Code>{code}</Code></Error>");

    private static Task XmlAsync(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/xml";
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body;
        http.Response.ContentLength = text.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.WriteAsync(text, http.RequestAborted);
    }

    // As runners name their objects: project/<id>/<key>, below the runner's own folder unless the cache is shared.
    [GeneratedRegex(@"^(?:[^/]+/)*?project/([0-9]{1,18})/[^/]", RegexOptions.NonBacktracking)]
    private static partial Regex ProjectPart();
}
