using System.IO.Compression;
using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>What lies in a job's artifacts archive. The archive is hostile: only its list is read, and one file at a time up to a limit.</summary>
internal static class ArtifactPages
{
    // Larger files come with the archive.
    private const int LargestFile = 32 * 1024 * 1024;

    // More entries than anybody scrolls through; what lies deeper is reached folder by folder.
    private const int MostRows = 2_000;

    public static async Task BrowseAsync(ProjectVisit visit, long id, string[] folder)
    {
        var job = await visit.JobAsync(id);
        await using var file = await OpenAsync(visit, id);
        var path = string.Join('/', folder);
        var items = ZipListing.Below(await ZipListing.ReadAsync(file, visit.Cancellation), path) ?? throw ApiException.NotFound();
        var view = new ArtifactsView(visit.Scope, visit.Project, job, path, [.. items.Take(MostRows)]);
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Jobs, $"{visit.Request.Words.Artifacts} · {job.Name}", Slice.Artifacts(view)));
    }

    /// <summary>One file, served as harmlessly as a file of a repository.</summary>
    public static async Task FileAsync(ProjectVisit visit, long id, string[] path)
    {
        await visit.JobAsync(id);
        await using var file = await OpenAsync(visit, id);
        var name = string.Join('/', path);
        byte[]? bytes;
        try
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            var entry = zip.Entries.FirstOrDefault(entry => entry.FullName == name) ?? throw ApiException.NotFound();
            bytes = await ReadAsync(entry, visit.Cancellation);
        }
        catch (InvalidDataException)
        {
            throw ApiException.NotFound();
        }

        if (bytes is null)
            throw new ApiException(Microsoft.AspNetCore.Http.StatusCodes.Status413PayloadTooLarge, visit.Request.Words.ArtifactTooLarge);
        await visit.Request.SendFileAsync(name, bytes);
    }

    private static async Task<FileStream> OpenAsync(ProjectVisit visit, long id)
    {
        var artifact = await visit.ReadAsync(session => session.Artifacts.Find(id, "archive")) ?? throw ApiException.NotFound();
        return visit.Services.Artifacts.OpenRead(artifact) ?? throw ApiException.NotFound();
    }

    private static async Task<byte[]?> ReadAsync(ZipArchiveEntry entry, CancellationToken cancellation)
    {
        // What the list says about the size is the job's word; what comes out is counted.
        if (entry.Length > LargestFile)
            return null;
        await using var stream = await entry.OpenAsync(cancellation);
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int count; (count = await stream.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (kept.Length + count > LargestFile)
                return null;
            kept.Write(buffer, 0, count);
        }

        return kept.ToArray();
    }
}
