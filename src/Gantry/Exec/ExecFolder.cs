namespace Gantry.Exec;

/// <summary>The folder of one run, removed at its end whatever happened.</summary>
internal sealed class ExecFolder : IDisposable
{
    /// <summary>Of the folder's name, in the folder for temporary files.</summary>
    public const string Prefix = "gantry-exec-";

    private const UnixFileMode Everything = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>0700.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory(Prefix).FullName;

    /// <summary>The coordinator's.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>Journals, mirrors, checkouts.</summary>
    public string State => Path.Combine(Root, "state");

    public string Builds => Path.Combine(Root, "builds");

    /// <summary>Repositories by the path of their project: what <c>clone_url</c> points to.</summary>
    public string Clones => Path.Combine(Root, "clones");

    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            // A job has left folders that nobody may write to.
            Unlock(new DirectoryInfo(Root));
            Directory.Delete(Root, recursive: true);
        }
    }

    private static void Unlock(DirectoryInfo folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            folder.UnixFileMode |= Everything;
        }

        foreach (var below in folder.EnumerateDirectories().Where(below => below.LinkTarget is null))
        {
            Unlock(below);
        }
    }
}
