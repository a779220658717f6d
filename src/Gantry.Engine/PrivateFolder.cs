namespace Gantry.Engine;

/// <summary>Folders that only their owner may enter (0700 where there are such bits).</summary>
public static class PrivateFolder
{
    /// <summary>Makes one, with what is missing above it; one that exists stays as it is.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
