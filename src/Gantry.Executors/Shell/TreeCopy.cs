namespace Gantry.Executors.Shell;

/// <summary>Copies and deletes trees without ever following a link.</summary>
internal static class TreeCopy
{
    /// <summary>Files that are there are replaced. Modes, times and links come along; where the file system can, the blocks are shared until somebody writes.</summary>
    public static void Copy(string source, string target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var entry in new DirectoryInfo(source).EnumerateFileSystemInfos())
        {
            var path = Path.Combine(target, entry.Name);
            MakeRoom(path, entry is DirectoryInfo && entry.LinkTarget is null);
            if (entry.LinkTarget is { } link)
            {
                File.CreateSymbolicLink(path, link);
            }
            else if (entry is DirectoryInfo)
            {
                Directory.CreateDirectory(path);
                Copy(entry.FullName, path, cancellationToken);
            }
            else
            {
                File.Copy(entry.FullName, path);
            }
        }
    }

    // Nothing is ever written through a link that stands in the way.
    private static void MakeRoom(string path, bool forFolder)
    {
        if (new FileInfo(path) is { LinkTarget: not null } or { Exists: true })
        {
            File.Delete(path);
        }
        else if (!forFolder)
        {
            Delete(path);
        }
    }

    /// <summary>Also folders that a job has made unwritable. Nothing there is no error.</summary>
    public static void Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (UnauthorizedAccessException) when (!OperatingSystem.IsWindows())
        {
            Unlock(new DirectoryInfo(folder));
            Directory.Delete(folder, recursive: true);
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void Unlock(DirectoryInfo folder)
    {
        folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var below in folder.EnumerateDirectories().Where(below => below.LinkTarget is null))
        {
            Unlock(below);
        }
    }
}
