namespace Gantry.Engine.Archives;

/// <summary>The words of payload and variables for formats and levels, and the names files get from them.</summary>
public static class ArchiveNames
{
    /// <summary><c>artifact_format</c>: empty means zip; null for a word that is none of the five.</summary>
    public static ArchiveFormat? ParseFormat(string text) => text.ToLowerInvariant() switch
    {
        "" or "zip" => ArchiveFormat.Zip,
        "zipzstd" => ArchiveFormat.ZipZstd,
        "tarzstd" => ArchiveFormat.TarZstd,
        "gzip" => ArchiveFormat.Gzip,
        "raw" => ArchiveFormat.Raw,
        _ => null,
    };

    /// <summary><c>CACHE_COMPRESSION_FORMAT</c>: zip, zipzstd or tarzstd; anything else is zip.</summary>
    public static ArchiveFormat ParseCacheFormat(string text) =>
        ParseFormat(text) is { } format and (ArchiveFormat.ZipZstd or ArchiveFormat.TarZstd) ? format : ArchiveFormat.Zip;

    /// <summary>Empty means default; so does an unknown word, with a warning.</summary>
    public static ArchiveLevel ParseLevel(string text, Action<ArchiveNotice> report)
    {
        switch (text.ToLowerInvariant())
        {
            case "fastest":
                return ArchiveLevel.Fastest;
            case "fast":
                return ArchiveLevel.Fast;
            case "" or "default":
                return ArchiveLevel.Default;
            case "slow":
                return ArchiveLevel.Slow;
            case "slowest":
                return ArchiveLevel.Slowest;
            default:
                report(ArchiveNotice.Warning($"compression level {GoText.Quote(text)} is invalid, falling back to default"));
                return ArchiveLevel.Default;
        }
    }

    /// <summary>The name an artifact is uploaded under: the last segment of <paramref name="name"/> with the format's ending.</summary>
    /// <param name="name">Shell-expanded; empty or <c>.</c> becomes <c>default</c>.</param>
    /// <param name="format">Raw adds nothing.</param>
    public static string FileName(string name, ArchiveFormat format)
    {
        var last = ProjectPath.Slashes(name).TrimEnd('/');
        last = last[(last.LastIndexOf('/') + 1)..];
        last = last is "" ? (name.Length > 0 ? "/" : "default") : last is "." ? "default" : last;
        return last + format switch
        {
            ArchiveFormat.Zip or ArchiveFormat.ZipZstd => ".zip",
            ArchiveFormat.Gzip => ".gz",
            ArchiveFormat.TarZstd => ".tar.zst",
            _ => "",
        };
    }

    /// <summary>The path begins in <c>.git</c>: archiving or extracting it may break the checkout, which users are told.</summary>
    public static bool IsGitPath(string path) =>
        ProjectPath.Relative("/", path) is { } relative && (relative == ".git" || relative.StartsWith(".git/", StringComparison.Ordinal));

    /// <param name="entries">Sorted or not.</param>
    /// <param name="what"><c>archive</c> or <c>extract</c>.</param>
    /// <param name="report">Gets the two official warnings when one path is part of <c>.git</c>.</param>
    internal static void WarnOfGitPaths(IEnumerable<FileEntry> entries, string what, Action<ArchiveNotice> report)
    {
        if (entries.Any(entry => entry.Path.StartsWith(".git", StringComparison.Ordinal) && IsGitPath(entry.Path)))
        {
            report(ArchiveNotice.Warning($"Part of .git directory is on the list of files to {what}"));
            report(ArchiveNotice.Warning("This may introduce unexpected problems"));
        }
    }
}
