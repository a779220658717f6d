using System.Formats.Tar;

namespace Gantry.Executors.Workspaces;

/// <summary>
/// Unpacks what came out of a job's place into a fresh folder of the runner (0700). Names may be anything a job thought of: nothing
/// leaves the folder, and links are made last, so that nothing is ever written through one.
/// </summary>
internal static class TarExtraction
{
    /// <param name="tar">From there.</param>
    /// <param name="folder">Exists, and nobody else can reach it.</param>
    /// <param name="rename">Path in the tar → path in the folder; null to leave the entry out.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task RunAsync(Stream tar, string folder, Func<string, string?> rename, CancellationToken cancellationToken)
    {
        var links = new List<(string Path, string Target)>();
        var folders = new List<(string Path, TarEntry Entry)>();
        await using var reader = new TarReader(tar, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (rename(entry.Name) is not { } name || Inside(folder, name) is not { } path)
            {
                continue;
            }

            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    Directory.CreateDirectory(path);
                    folders.Add((path, entry));
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    await FileAsync(entry, path, cancellationToken);
                    break;
                case TarEntryType.HardLink when rename(entry.LinkName) is { } first && Inside(folder, first) is { } existing && File.Exists(existing):
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    File.Copy(existing, path, overwrite: true);
                    break;
                case TarEntryType.SymbolicLink:
                    links.Add((path, entry.LinkName));
                    break;
                default:
                    // Devices, pipes and sockets are no content.
                    break;
            }
        }

        foreach (var (path, target) in links)
        {
            if (!Path.Exists(path) && new FileInfo(path).LinkTarget is null && !IsBehindLink(folder, path))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.CreateSymbolicLink(path, target);
            }
        }

        // Inner ones first: what is made in a folder changes its time.
        for (var i = folders.Count - 1; i >= 0; i--)
        {
            Complete(folders[i].Path, folders[i].Entry);
        }
    }

    private static void Complete(string folder, TarEntry entry)
    {
        if (new DirectoryInfo(folder) is not { Exists: true, LinkTarget: null })
        {
            return;
        }

        Directory.SetLastWriteTimeUtc(folder, entry.ModificationTime.UtcDateTime);
        if (!OperatingSystem.IsWindows())
        {
            // The runner must be able to look into its own copy and to remove it.
            File.SetUnixFileMode(folder, (entry.Mode & (UnixFileMode)0b111_111_111) | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // A link made a moment ago may stand where this one's folder would be.
    private static bool IsBehindLink(string folder, string path)
    {
        for (var above = Path.GetDirectoryName(path); above is not null && above.Length > folder.Length; above = Path.GetDirectoryName(above))
        {
            if (new FileInfo(above).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static async Task FileAsync(TarEntry entry, string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new FileStream(path, options))
        {
            if (entry.DataStream is { } data)
            {
                await data.CopyToAsync(file, cancellationToken);
            }
        }

        File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
        if (!OperatingSystem.IsWindows())
        {
            // The runner must be able to read its own copy; set-id bits have no business on this machine.
            var mode = entry.Mode & (UnixFileMode)0b111_111_111;
            File.SetUnixFileMode(path, mode | UnixFileMode.UserRead);
        }
    }

    /// <summary>Null for a name that would leave the folder.</summary>
    private static string? Inside(string folder, string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        return parts.Contains("..") || parts.Any(part => part.Contains('\0', StringComparison.Ordinal)) ? null : Path.Combine([folder, .. parts]);
    }
}
