using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Trees;

/// <summary>See <see cref="PortableSourceTree"/> for what the checks are worth. Owners are not restored.</summary>
internal sealed class PortableTargetTree(string root) : ITargetTree
{
    public SafeFileHandle CreateFile(string path)
    {
        var full = Prepare(path);
        return File.OpenHandle(full, FileMode.CreateNew, FileAccess.Write);
    }

    public void CreateFolder(string path)
    {
        RefuseLinks(path + "/");
        Directory.CreateDirectory(PortablePath.Full(root, path));
    }

    public void CreateLink(string path, string target)
    {
        var full = Prepare(path);
        var resolved = Path.GetFullPath(target, Path.GetDirectoryName(full)!);
        if (Directory.Exists(resolved))
        {
            Directory.CreateSymbolicLink(full, target);
        }
        else
        {
            File.CreateSymbolicLink(full, target);
        }
    }

    public void CreateHardLink(string path, string existing)
    {
        RefuseLinks(existing);
        if (PortablePath.Stat(PortablePath.Full(root, existing), existing)?.Kind != FileKind.File)
        {
            throw new ArchiveException($"{path}: the file it shares its content with, {existing}, is not there");
        }

        if (path != existing)
        {
            File.Copy(PortablePath.Full(root, existing), Prepare(path));
        }
    }

    public void Finish(SafeFileHandle file, FileEntry entry, bool owner)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, (UnixFileMode)entry.Mode);
        }

        File.SetLastWriteTimeUtc(file, entry.ModifiedAt.UtcDateTime);
    }

    public void Finish(FileEntry entry, bool owner)
    {
        // The platform has no call for a link's own time.
        if (entry.Kind == FileKind.Folder && !PortablePath.HasLinkAbove(root, entry.Path + "/"))
        {
            var full = PortablePath.Full(root, entry.Path);
            Directory.SetLastWriteTimeUtc(full, entry.ModifiedAt.UtcDateTime);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(full, (UnixFileMode)entry.Mode);
            }
        }
    }

    public void Dispose()
    {
    }

    private string Prepare(string path)
    {
        RefuseLinks(path);
        var full = PortablePath.Full(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        switch (PortablePath.Stat(full, path)?.Kind)
        {
            case null:
                break;
            case FileKind.Folder when Directory.EnumerateFileSystemEntries(full).Any():
                throw new ArchiveException($"{path}: a folder is in the way");
            case FileKind.Folder:
                Directory.Delete(full);
                break;
            default:
                // A link to a folder is a folder to Windows.
                if (OperatingSystem.IsWindows() && File.GetAttributes(full).HasFlag(FileAttributes.Directory))
                {
                    Directory.Delete(full);
                    break;
                }

                File.Delete(full);
                break;
        }

        return full;
    }

    private void RefuseLinks(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (PortablePath.Stat(PortablePath.Full(root, path[..slash]), "")?.Kind is FileKind.Link or FileKind.File or FileKind.Other)
            {
                throw new ArchiveException(
                    $"{path[..slash]}: a link or a file is where a folder should be; nothing is extracted through it");
            }
        }
    }
}
