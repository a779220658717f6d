using System.IO.Compression;

namespace Gantry.Coordinator.Artifacts;

/// <summary>What is in an archive, read from its directory alone.</summary>
internal static class ZipListing
{
    // More entries than this are not shown; the archive can still be downloaded.
    private const int Most = 200_000;

    /// <summary>By path. Empty when this is no archive.</summary>
    public static async Task<IReadOnlyList<ZipItem>> ReadAsync(Stream archive, CancellationToken cancellation)
    {
        try
        {
            await using var zip = await ZipArchive.CreateAsync(archive, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellation);
            return
            [
                .. zip.Entries.Take(Most).Select(entry => new ZipItem(entry.FullName.TrimEnd('/'), entry.Length, entry.FullName.EndsWith('/')))
                    .OrderBy(item => item.Path, StringComparer.Ordinal),
            ];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>The folders and files right below <paramref name="folder"/> (empty for the root), folders first. Null when there is no such folder.</summary>
    public static IReadOnlyList<ZipItem>? Below(IReadOnlyList<ZipItem> all, string folder)
    {
        var prefix = folder.Trim('/') is { Length: > 0 } path ? path + "/" : "";
        var found = new Dictionary<string, ZipItem>(StringComparer.Ordinal);
        foreach (var item in all.Where(item => item.Path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var cut = item.Path.IndexOf('/', prefix.Length);
            var shown = cut < 0 ? item : new ZipItem(item.Path[..cut], 0, true);
            if (!found.TryGetValue(shown.Path, out var known) || !known.IsFolder)
            {
                found[shown.Path] = shown;
            }

            if (cut >= 0)
            {
                found[shown.Path] = found[shown.Path] with { Size = found[shown.Path].Size + item.Size };
            }
        }

        return found.Count == 0 && prefix.Length > 0
            ? null
            : [.. found.Values.OrderByDescending(item => item.IsFolder).ThenBy(item => item.Path, StringComparer.Ordinal)];
    }
}

/// <summary>An entry of an archive.</summary>
/// <param name="Path">As written in the archive, without a trailing slash: for showing and for asking for it, never for a path on disk.</param>
/// <param name="Size">Bytes when unpacked, as the archive says; of a folder the sum.</param>
/// <param name="IsFolder">A folder.</param>
internal sealed record ZipItem(string Path, long Size, bool IsFolder);
