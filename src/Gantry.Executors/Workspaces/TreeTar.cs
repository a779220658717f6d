using System.Buffers;
using System.Formats.Tar;
using Gantry.Engine.Executors;

namespace Gantry.Executors.Workspaces;

/// <summary>
/// Writes folders of the runner as a tar for a job's place: owners and modes are the place's, links go as links and are never
/// followed. The folders are the runner's own: checkouts, and archives unpacked where no job can reach.
/// </summary>
internal sealed class TreeTar(Stream target, JobOwner owner, TimeProvider time) : IAsyncDisposable
{
    public const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string NotInWindowsNames = "\\:*?\"<>|";
    private static readonly SearchValues<char> RefusedOnWindows = SearchValues.Create(NotInWindowsNames);

    // Small files are read at once: an asynchronous file costs more than its bytes.
    private const int SmallFile = 256 * 1024;

    // Headers are half a kilobyte, and each write may become a message.
    private const int SendBuffer = 32 * 1024;

    /// <summary>Two empty blocks.</summary>
    private const int End = 1024;

    private readonly TarWriter _writer = new(target, TarEntryFormat.Gnu, leaveOpen: true);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _now = time.GetUtcNow();

    // Checkouts are open to everybody; where their user owns them that is not needed.
    private UnixFileMode _taken;

    private readonly List<GnuTarEntry> _links = [];

    private bool _empty = true;

    /// <summary>
    /// It is unpacked on Windows: names that mean something else there are refused, and links come last, because that system wants to know
    /// whether one leads to a folder.
    /// </summary>
    public bool ForWindows { get; init; }

    /// <summary>One tree for a command that unpacks it as the job's own user: files are that user's whatever the archive says.</summary>
    /// <param name="input">The command's, closed when all is written.</param>
    /// <param name="line">Comes first: <see cref="TarScripts.UnpackLine"/>.</param>
    /// <param name="tree">What; names begin at its target.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public static async Task SendAsync(Stream input, byte[] line, PlacedTree tree, TimeProvider time, CancellationToken cancellationToken)
    {
        await input.WriteAsync(line, cancellationToken);
        await using var buffered = new BufferedStream(input, SendBuffer);
        await using (var tar = new TreeTar(buffered, new JobOwner(0, 0, Open: false), time))
        {
            await tar.AddBelowAsync(tree, cancellationToken);
        }

        await buffered.FlushAsync(cancellationToken);
    }

    /// <summary>The folder itself with its parents below <paramref name="root"/>, then the tree's content, then its extra files.</summary>
    /// <param name="tree">What and where.</param>
    /// <param name="root">Absolute; folders above it are not the runner's business.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task AddAsync(PlacedTree tree, string root, CancellationToken cancellationToken)
    {
        await AddParentsAsync(tree.Target, root, cancellationToken);
        await AddTreeAsync(tree, tree.Target.Trim('/'), cancellationToken);
    }

    /// <summary>The tree's content and its extra files, under names that begin at its target.</summary>
    public Task AddBelowAsync(PlacedTree tree, CancellationToken cancellationToken) => AddTreeAsync(tree, ".", cancellationToken);

    /// <summary>A folder that exists already and shall belong to the job's user.</summary>
    public Task AddFolderAsync(string path, CancellationToken cancellationToken) => FolderAsync(path.Trim('/'), Folder, _now, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        if (_empty)
        {
            // The writer leaves out the end of an archive without entries, which other programs then take for a broken one.
            await target.WriteAsync(new byte[End]);
        }
    }

    private async Task AddTreeAsync(PlacedTree tree, string name, CancellationToken cancellationToken)
    {
        if (tree.Source is { } source)
        {
            _taken = tree.SharedAs is not null && !owner.Open ? UnixFileMode.GroupWrite | UnixFileMode.OtherWrite : UnixFileMode.None;
            await AddContentAsync(new DirectoryInfo(source), name, cancellationToken);
            _taken = UnixFileMode.None;
        }

        foreach (var link in _links)
        {
            await _writer.WriteEntryAsync(link, cancellationToken);
        }

        _links.Clear();
        foreach (var (path, content) in tree.Files)
        {
            var entry = Entry(TarEntryType.RegularFile, $"{name}/{path}", UnixFileMode.UserRead | UnixFileMode.UserWrite, _now, isPrivate: true);
            using var data = new MemoryStream(content.ToArray(), writable: false);
            entry.DataStream = data;
            await _writer.WriteEntryAsync(entry, cancellationToken);
        }
    }

    private async Task AddParentsAsync(string path, string root, CancellationToken cancellationToken)
    {
        var (name, top) = (path.Trim('/'), root.Trim('/'));
        if (top.Length > 0 && !name.StartsWith(top + "/", StringComparison.Ordinal))
        {
            await FolderAsync(name, Folder, _now, cancellationToken);
            return;
        }

        for (var end = name.IndexOf('/', top.Length == 0 ? 0 : top.Length + 1); end > 0; end = name.IndexOf('/', end + 1))
        {
            await FolderAsync(name[..end], Folder, _now, cancellationToken);
        }

        await FolderAsync(name, Folder, _now, cancellationToken);
    }

    private async Task AddContentAsync(DirectoryInfo folder, string name, CancellationToken cancellationToken)
    {
        foreach (var item in folder.EnumerateFileSystemInfos().OrderBy(item => item.Name, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = $"{name}/{item.Name}";
            if (item.LinkTarget is { } link)
            {
                var entry = Entry(TarEntryType.SymbolicLink, path, UnixFileMode.None, item.LastWriteTimeUtc, isPrivate: true);
                entry.LinkName = link;
                if (ForWindows)
                {
                    _links.Add(entry);
                    continue;
                }

                await _writer.WriteEntryAsync(entry, cancellationToken);
            }
            else if (item is DirectoryInfo inner)
            {
                await FolderAsync(path, inner.UnixFileMode, inner.LastWriteTimeUtc, cancellationToken);
                await AddContentAsync(inner, path, cancellationToken);
            }
            else
            {
                await FileAsync((FileInfo)item, path, cancellationToken);
            }
        }
    }

    private async Task FileAsync(FileInfo file, string path, CancellationToken cancellationToken)
    {
        var entry = Entry(TarEntryType.RegularFile, path, file.UnixFileMode, file.LastWriteTimeUtc, isPrivate: false);
        await using Stream data = file.Length <= SmallFile
            ? new MemoryStream(await File.ReadAllBytesAsync(file.FullName, cancellationToken), writable: false)
            : new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, useAsync: false);
        entry.DataStream = data;
        await _writer.WriteEntryAsync(entry, cancellationToken);
    }

    private async Task FolderAsync(string name, UnixFileMode mode, DateTimeOffset time, CancellationToken cancellationToken)
    {
        if (_folders.Add(name))
        {
            await _writer.WriteEntryAsync(Entry(TarEntryType.Directory, name + "/", mode, time, isPrivate: false), cancellationToken);
        }
    }

    private GnuTarEntry Entry(TarEntryType type, string name, UnixFileMode mode, DateTimeOffset time, bool isPrivate)
    {
        _empty = false;
        if (ForWindows && name.AsSpan().ContainsAny(RefusedOnWindows))
        {
            throw EnvironmentException.Misconfigured($"the file \"{name}\" cannot be placed: on Windows no name may have any of {NotInWindowsNames}");
        }

        return new GnuTarEntry(type, name)
        {
            Mode = isPrivate ? mode : owner.Mode(mode) & ~_taken,
            Uid = owner.User,
            Gid = owner.Group,
            ModificationTime = time,
        };
    }
}
