using Gantry.Engine.Archives.Trees;
using Microsoft.Win32.SafeHandles;

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
        // Tests make names that are not UTF-8, which the platform's own calls cannot remove.
        if (LinuxSystem.IsSupported)
        {
            using var root = LinuxSystem.OpenRoot(Path);
            Empty(root);
        }

        Directory.Delete(Path, recursive: true);
    }

    private static void Empty(SafeFileHandle folder)
    {
        foreach (var name in LinuxSystem.Names(folder))
        {
            if (LinuxSystem.Remove(folder, name, 0) == LinuxSystem.IsAFolder)
            {
                using (var child = LinuxSystem.TryOpen(folder, name, LinuxSystem.ReadOnly | LinuxSystem.Folder, 0, out _))
                {
                    Empty(child);
                }

                LinuxSystem.Remove(folder, name, LinuxSystem.RemoveFolder);
            }
        }
    }
}
