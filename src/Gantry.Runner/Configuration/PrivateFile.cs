namespace Gantry.Runner.Configuration;

/// <summary>Files that hold tokens: mode 0600 from the first byte, replaced in one step.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Its folder is made with mode 0700. A symbolic link stays one: its target is replaced.</summary>
    public static void Write(string path, string content)
    {
        var target = File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } link ? link.FullName : Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            CreateFolder(folder);
        }

        var draft = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}.new");
        WriteNew(draft, content);
        try
        {
            File.Move(draft, target, overwrite: true);
        }
        catch (IOException)
        {
            // A file that is a mount point of its own (a container's) cannot be replaced, only rewritten.
            File.Delete(draft);
            File.WriteAllText(target, content);
        }
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private static void WriteNew(string path, string content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var stream = new FileStream(path, options);
        using var writer = new StreamWriter(stream);
        writer.Write(content);
        writer.Flush();
        stream.Flush(flushToDisk: true);
    }
}
