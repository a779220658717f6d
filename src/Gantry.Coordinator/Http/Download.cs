using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Gantry.Coordinator.Http;

/// <summary>An artifact as a download: never shown by a browser under our own origin.</summary>
internal static class Download
{
    /// <summary>Sends and closes <paramref name="file"/>.</summary>
    public static async Task WriteAsync(HttpContext http, JobArtifactRow artifact, FileStream file)
    {
        await using (file)
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(artifact.FileName);
            http.Response.Headers.ContentDisposition = disposition.ToString();
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.ContentType = artifact.Format == "zip" ? "application/zip" : "application/octet-stream";
            http.Response.ContentLength = file.Length;
            await file.CopyToAsync(http.Response.Body, http.RequestAborted);
        }
    }
}
