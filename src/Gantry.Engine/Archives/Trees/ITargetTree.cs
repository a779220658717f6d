using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Trees;

/// <summary>
/// A folder to extract into, whose content a job may have prepared: nothing is ever written through a link. Parents are made
/// as needed; a file or link already at the place is replaced, a folder is not. Paths are those of
/// <see cref="FileEntry.Path"/>. Safe for concurrent use on different paths.
/// </summary>
internal interface ITargetTree : IDisposable
{
    /// <summary>An empty file, readable by the owner only until <see cref="Finish(SafeFileHandle, FileEntry, bool)"/>.</summary>
    /// <exception cref="ArchiveException">A link is in the way.</exception>
    SafeFileHandle CreateFile(string path);

    /// <summary>Makes the folder, or keeps the one that is there.</summary>
    /// <exception cref="ArchiveException">A link is in the way.</exception>
    void CreateFolder(string path);

    /// <exception cref="ArchiveException">A link is in the way.</exception>
    void CreateLink(string path, string target);

    /// <summary>A second name of a file extracted before.</summary>
    /// <exception cref="ArchiveException">A link is in the way.</exception>
    void CreateHardLink(string path, string existing);

    /// <summary>Gives an open file its mode, time and (best effort) owner.</summary>
    void Finish(SafeFileHandle file, FileEntry entry, bool owner);

    /// <summary>Gives a folder or link its mode (folders only), time and (best effort) owner.</summary>
    void Finish(FileEntry entry, bool owner);
}
