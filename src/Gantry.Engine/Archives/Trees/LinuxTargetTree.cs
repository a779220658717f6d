using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Trees;

internal sealed class LinuxTargetTree(string root) : ITargetTree
{
    private const int OwnerOnly = 0x180;

    private readonly SafeFileHandle _root = LinuxSystem.OpenRoot(root);

    public SafeFileHandle CreateFile(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            var flags = LinuxSystem.WriteOnly | LinuxSystem.Create | LinuxSystem.Exclusive;
            var file = LinuxSystem.TryOpen(_root, path, flags, OwnerOnly, out var error);
            if (!file.IsInvalid)
            {
                return file;
            }

            if (attempt == 2 || error is not (LinuxSystem.NoEntry or LinuxSystem.Exists))
            {
                throw Refusal(error, path);
            }

            using var parent = OpenParent(path, out var name);
            RemoveOld(parent, name, path);
        }
    }

    public void CreateFolder(string path)
    {
        OpenFolder(path).Dispose();
    }

    public void CreateLink(string path, string target)
    {
        using var parent = OpenParent(path, out var name);
        RemoveOld(parent, name, path);
        Check(LinuxSystem.MakeLink(parent, name, target), path);
    }

    public void CreateHardLink(string path, string existing)
    {
        using var from = OpenParent(existing, out var existingName);
        if (LinuxSystem.Stat(from, existingName, existing)?.Kind != FileKind.File)
        {
            throw new ArchiveException($"{path}: the file it shares its content with, {existing}, is not there");
        }

        using var parent = OpenParent(path, out var name);
        if (path != existing)
        {
            RemoveOld(parent, name, path);
            Check(LinuxSystem.MakeHardLink(from, existingName, parent, name), path);
        }
    }

    public void Finish(SafeFileHandle file, FileEntry entry, bool owner)
    {
        if (owner && entry.Owner is { } who)
        {
            LinuxSystem.SetOwner(file, "", who);
        }

        // After the owner: a change of owner clears bits.
        LinuxSystem.SetMode(file, entry.Mode);
        LinuxSystem.SetTime(file, "", entry.ModifiedAt);
    }

    public void Finish(FileEntry entry, bool owner)
    {
        if (entry.Kind == FileKind.Folder)
        {
            using var folder = LinuxSystem.TryOpen(_root, entry.Path, LinuxSystem.ReadOnly | LinuxSystem.Folder, 0, out _);
            if (!folder.IsInvalid)
            {
                Finish(folder, entry, owner);
            }

            return;
        }

        using var parent = OpenParent(entry.Path, out var name);
        if (owner && entry.Owner is { } who)
        {
            LinuxSystem.SetOwner(parent, name, who);
        }

        LinuxSystem.SetTime(parent, name, entry.ModifiedAt);
    }

    public void Dispose() => _root.Dispose();

    private SafeFileHandle OpenParent(string path, out string name)
    {
        var slash = path.LastIndexOf('/');
        name = path[(slash + 1)..];
        return OpenFolder(slash < 0 ? "." : path[..slash]);
    }

    private SafeFileHandle OpenFolder(string path)
    {
        var folder = LinuxSystem.TryOpen(_root, path, LinuxSystem.PathOnly | LinuxSystem.Folder, 0, out var error);
        if (!folder.IsInvalid)
        {
            return folder;
        }

        if (error != LinuxSystem.NoEntry || path == ".")
        {
            throw Refusal(error, path);
        }

        using (var parent = OpenParent(path, out var name))
        {
            // Another worker may have made it meanwhile.
            if (LinuxSystem.MakeFolder(parent, name) is var made and not (0 or LinuxSystem.Exists))
            {
                throw LinuxSystem.Fault(made, path);
            }
        }

        folder = LinuxSystem.TryOpen(_root, path, LinuxSystem.PathOnly | LinuxSystem.Folder, 0, out error);
        return folder.IsInvalid ? throw Refusal(error, path) : folder;
    }

    private static void RemoveOld(SafeFileHandle parent, string name, string path)
    {
        var error = LinuxSystem.Remove(parent, name, 0);
        if (error is LinuxSystem.IsAFolder)
        {
            error = LinuxSystem.Remove(parent, name, LinuxSystem.RemoveFolder);
        }

        if (error is LinuxSystem.NotEmpty)
        {
            throw new ArchiveException($"{path}: a folder is in the way");
        }

        Check(error == LinuxSystem.NoEntry ? 0 : error, path);
    }

    private static void Check(int error, string path)
    {
        if (error != 0)
        {
            throw LinuxSystem.Fault(error, path);
        }
    }

    private static Exception Refusal(int error, string path) => error switch
    {
        LinuxSystem.TooManyLinks or LinuxSystem.NotAFolder =>
            new ArchiveException($"{path}: a link or a file is where a folder should be; nothing is extracted through it"),
        _ => LinuxSystem.Fault(error, path),
    };
}
