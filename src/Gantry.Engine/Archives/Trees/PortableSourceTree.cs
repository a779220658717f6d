using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Trees;

/// <summary>
/// For systems without calls relative to a folder: every folder on the way is checked not to be a link, then the path is
/// used. A process that swaps folders for links at that very moment is not held off.
/// </summary>
internal sealed class PortableSourceTree(string root) : ISourceTree
{
    public FileEntry? Find(string path) =>
        PortablePath.HasLinkAbove(root, path) ? null : PortablePath.Stat(PortablePath.Full(root, path), path);

    public IReadOnlyList<FileEntry> List(string folder)
    {
        if (Find(folder)?.Kind != FileKind.Folder)
        {
            return [];
        }

        List<FileEntry> entries = [];
        try
        {
            foreach (var full in Directory.EnumerateFileSystemEntries(PortablePath.Full(root, folder)))
            {
                var name = Path.GetFileName(full);
                if (PortablePath.Stat(full, folder == "." ? name : $"{folder}/{name}") is { } entry)
                {
                    entries.Add(entry);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // As with a folder that may not be read: it has nothing to offer.
        }

        return entries;
    }

    public SafeFileHandle OpenRead(string path) => Find(path)?.Kind == FileKind.File
        ? File.OpenHandle(PortablePath.Full(root, path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
        : throw new FileNotFoundException($"lstat {path}: no such file or directory");

    public string ReadLink(string path) =>
        (Find(path)?.Kind == FileKind.Link ? new FileInfo(PortablePath.Full(root, path)).LinkTarget : null)?.Replace('\\', '/')
        ?? throw new FileNotFoundException($"lstat {path}: no such file or directory");

    public void Dispose()
    {
    }
}
