namespace Gantry.Engine.Archives.Trees;

/// <summary>What the two portable trees share: full paths and what is there.</summary>
internal static class PortablePath
{
    private const int FileDefault = 0x1A4;
    private const int FolderDefault = 0x1ED;

    public static string Full(string root, string path) => path == "." ? root : Path.Combine(root, path);

    public static bool HasLinkAbove(string root, string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (Stat(Full(root, path[..slash]), "")?.Kind == FileKind.Link)
            {
                return true;
            }
        }

        return false;
    }

    public static FileEntry? Stat(string full, string path)
    {
        FileSystemInfo place = new FileInfo(full);
        if (!place.Exists && place.LinkTarget is null)
        {
            place = new DirectoryInfo(full);
        }

        if (!place.Exists && place.LinkTarget is null)
        {
            return null;
        }

        // A junction of Windows is a link too.
        var kind = place.LinkTarget is not null || place.Attributes.HasFlag(FileAttributes.ReparsePoint) ? FileKind.Link
            : place is DirectoryInfo ? FileKind.Folder
            : place.Attributes.HasFlag(FileAttributes.Device) ? FileKind.Other : FileKind.File;
        var fallback = kind == FileKind.Folder ? FolderDefault : FileDefault;
        return new FileEntry
        {
            Path = path,
            Kind = kind,
            Mode = OperatingSystem.IsWindows() ? fallback : (int)place.UnixFileMode,
            Size = kind == FileKind.File ? ((FileInfo)place).Length : 0,
            ModifiedAt = place.LastWriteTimeUtc,
        };
    }
}
