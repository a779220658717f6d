using System.IO.Compression;

namespace Gantry.Coordinator.Artifacts;

/// <summary>One text file out of an archive.</summary>
internal static class ZipText
{
    /// <summary>Null when there is no such entry, when it is too large, or when this is no archive.</summary>
    public static async Task<string?> ReadAsync(Stream archive, string path, long limit, CancellationToken cancellation)
    {
        try
        {
            await using var zip = await ZipArchive.CreateAsync(archive, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellation);
            if (zip.GetEntry(path) is not { } entry || entry.Length > limit)
            {
                return null;
            }

            await using var content = await entry.OpenAsync(cancellation);
            using var text = new StreamReader(content);
            return await text.ReadToEndAsync(cancellation);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
