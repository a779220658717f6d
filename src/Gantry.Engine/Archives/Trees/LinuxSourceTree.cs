using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Trees;

internal sealed class LinuxSourceTree(string root) : ISourceTree
{
    private readonly SafeFileHandle _root = LinuxSystem.OpenRoot(root);

    public FileEntry? Find(string path)
    {
        using var place = LinuxSystem.TryOpen(_root, path, LinuxSystem.PathOnly, 0, out _);
        return place.IsInvalid ? null : LinuxSystem.Stat(place, "", path);
    }

    public IReadOnlyList<FileEntry> List(string folder)
    {
        using var place = LinuxSystem.TryOpen(_root, folder, LinuxSystem.ReadOnly | LinuxSystem.Folder, 0, out _);
        if (place.IsInvalid)
        {
            return [];
        }

        var prefix = folder == "." ? "" : folder + "/";
        List<FileEntry> entries = [];
        foreach (var name in LinuxSystem.Names(place))
        {
            if (LinuxSystem.Stat(place, name, prefix + name) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    public SafeFileHandle OpenRead(string path)
    {
        // Non-blocking: a pipe put in the file's place must not hang the reader.
        var file = LinuxSystem.TryOpen(_root, path, LinuxSystem.ReadOnly | LinuxSystem.NonBlocking, 0, out var error);
        if (file.IsInvalid)
        {
            throw Fault(error, path);
        }

        if (LinuxSystem.Stat(file, "", path)?.Kind == FileKind.File)
        {
            return file;
        }

        file.Dispose();
        throw new FileNotFoundException($"{path} is not a regular file any more");
    }

    public string ReadLink(string path)
    {
        using var place = LinuxSystem.TryOpen(_root, path, LinuxSystem.PathOnly, 0, out var error);
        return place.IsInvalid
            ? throw Fault(error, path)
            : LinuxSystem.ReadLink(place, "") ?? throw new FileNotFoundException($"{path} is not a link any more");
    }

    public void Dispose() => _root.Dispose();

    private static Exception Fault(int error, string path) => error switch
    {
        LinuxSystem.NoEntry or LinuxSystem.NotAFolder => new FileNotFoundException($"lstat {path}: no such file or directory"),
        LinuxSystem.TooManyLinks => new FileNotFoundException($"{path} is reached through a link only"),
        LinuxSystem.NoPermission => new UnauthorizedAccessException($"open {path}: permission denied"),
        _ => LinuxSystem.Fault(error, path),
    };
}
