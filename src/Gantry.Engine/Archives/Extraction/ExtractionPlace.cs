using Gantry.Engine.Archives.Trees;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Extraction;

/// <summary>
/// The target of one extraction and its rules. Files and folders are made at once; links after all files, so that none is
/// there while files are written; modes and times of folders last, deepest first.
/// </summary>
internal sealed class ExtractionPlace(ITargetTree tree, ExtractionRequest request)
{
    private readonly Dictionary<string, (FileEntry Entry, string Target)> _links = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileEntry> _folders = new(StringComparer.Ordinal);
    private long _entries;
    private long _bytes;
    private bool _hasGitPath;

    public int Workers => request.Workers > 0 ? request.Workers : Math.Max(1, Environment.ProcessorCount);

    /// <summary>Counts the entry and refuses it when it is one too many, or lies below a link of this archive.</summary>
    public void Admit(string path)
    {
        if (++_entries > request.MaxEntries)
        {
            throw new ArchiveException($"the archive has more than {request.MaxEntries} entries");
        }

        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (_links.ContainsKey(path[..slash]))
            {
                throw new ArchiveException($"{GoText.Quote(path)} cannot be extracted: it lies below the link {GoText.Quote(path[..slash])}");
            }
        }

        _hasGitPath |= path == ".git" || path.StartsWith(".git/", StringComparison.Ordinal);
    }

    /// <summary>Of entries with the same path the last one counts: a link seen before is forgotten.</summary>
    public void Replace(string path) => _links.Remove(path);

    /// <summary>Counts content before it is written. Any thread.</summary>
    public void Spend(long bytes)
    {
        // The single size first: sums of declared sizes could overflow.
        if (request.MaxBytes is { } most && (bytes > most || Interlocked.Add(ref _bytes, bytes) > most))
        {
            throw new ArchiveException($"the archive unpacks to more than {request.MaxBytes} bytes");
        }
    }

    /// <summary>Makes the file, lets <paramref name="fill"/> write it, and gives it its mode and time. Any thread.</summary>
    public void AddFile(FileEntry entry, Action<SafeFileHandle> fill)
    {
        using var file = tree.CreateFile(entry.Path);
        fill(file);
        tree.Finish(file, entry, request.RestoreOwners);
    }

    public void AddFolder(FileEntry entry)
    {
        if (entry.Path != ".")
        {
            tree.CreateFolder(entry.Path);
            _folders[entry.Path] = entry;
        }
    }

    /// <summary>Kept until <see cref="Complete"/>.</summary>
    public void AddLink(FileEntry entry, string target)
    {
        if (!request.LinksMayLeave && !SafePath.StaysInside(entry.Path, target))
        {
            throw new ArchiveException(
                $"the link {GoText.Quote(entry.Path)} cannot be extracted: it points to {GoText.Quote(target)}, outside the target directory");
        }

        _links[entry.Path] = (entry, target);
    }

    public void AddHardLink(FileEntry entry, string existing) => tree.CreateHardLink(entry.Path, existing);

    public void Ignore(string name) => request.Report(ArchiveNotice.Warning($"File ignored: {name}"));

    public void Complete()
    {
        foreach (var (entry, target) in _links.Values)
        {
            tree.CreateLink(entry.Path, target);
            tree.Finish(entry, request.RestoreOwners);
        }

        foreach (var folder in _folders.Values.OrderByDescending(entry => entry.Path, StringComparer.Ordinal))
        {
            tree.Finish(folder, request.RestoreOwners);
        }

        if (_hasGitPath)
        {
            request.Report(ArchiveNotice.Warning("Part of .git directory is on the list of files to extract"));
            request.Report(ArchiveNotice.Warning("This may introduce unexpected problems"));
        }
    }
}
