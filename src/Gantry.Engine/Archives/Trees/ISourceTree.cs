using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Trees;

/// <summary>
/// A folder to read from, whose content a job may have written: no call follows a link, neither at the end of a path nor on
/// the way. Paths are those of <see cref="FileEntry.Path"/>. Safe for concurrent use.
/// </summary>
internal interface ISourceTree : IDisposable
{
    /// <summary>Null when there is nothing, or only by way of a link.</summary>
    FileEntry? Find(string path);

    /// <summary>What is directly in the folder, in no order; nothing when it cannot be read or is not a folder.</summary>
    IReadOnlyList<FileEntry> List(string folder);

    /// <summary>The content of a regular file.</summary>
    /// <exception cref="FileNotFoundException">It is gone, or no longer a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    SafeFileHandle OpenRead(string path);

    /// <summary>Where a link points, as written.</summary>
    /// <exception cref="FileNotFoundException">It is gone, or no longer a link.</exception>
    string ReadLink(string path);
}
