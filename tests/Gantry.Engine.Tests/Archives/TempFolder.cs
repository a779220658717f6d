namespace Gantry.Engine.Tests.Archives;

/// <summary>A folder of one test, with short ways to fill it. Removed with everything in it.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder() => Path = Directory.CreateTempSubdirectory("gantry-archives-").FullName;

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public TempFolder File(string relative, string content = "x")
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        System.IO.File.WriteAllText(this[relative], content);
        return this;
    }

    public TempFolder Folder(string relative)
    {
        Directory.CreateDirectory(this[relative]);
        return this;
    }

    public TempFolder Link(string relative, string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        System.IO.File.CreateSymbolicLink(this[relative], target);
        return this;
    }

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
        {
            Open(new DirectoryInfo(Path));
        }

        Directory.Delete(Path, recursive: true);
    }

    // Folders a test made unreadable must not survive it.
    private static void Open(DirectoryInfo folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        }

        foreach (var child in folder.EnumerateDirectories().Where(child => child.LinkTarget is null))
        {
            Open(child);
        }
    }
}
