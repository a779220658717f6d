using System.Text;
using System.Threading.Channels;
using Gantry.Engine.Processes;

namespace Gantry.Exec;

/// <summary>
/// Says when files of a project have changed: not what git ignores, not its own folder, not what our runs write. Changes that
/// come together are one.
/// </summary>
internal sealed class FolderChanges : IDisposable
{
    private const int OutputLimit = 1 << 20;

    // An editor writes a file in several steps, and a checkout writes many files.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    // Full: there is a change to run for already.
    private readonly Channel<string> _changed = Channel.CreateBounded<string>(new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly FileSystemWatcher _watcher;
    private readonly string _root;
    private readonly bool _isRepository;
    private readonly IReadOnlyList<string> _ours;
    private readonly TimeProvider _time;

    /// <param name="root">The project.</param>
    /// <param name="isRepository">Git knows what is ignored.</param>
    /// <param name="ours">Absolute paths that runs write to; empty ones count for nothing.</param>
    /// <param name="time">The clock.</param>
    public FolderChanges(string root, bool isRepository, IEnumerable<string> ours, TimeProvider time)
    {
        (_root, _isRepository, _time) = (root, isRepository, time);
        _ours = [.. ours.Where(path => path.Length > 0)];
        _watcher = new FileSystemWatcher(root) { IncludeSubdirectories = true };
        _watcher.Changed += (_, change) => Note(change.FullPath);
        _watcher.Created += (_, change) => Note(change.FullPath);
        _watcher.Deleted += (_, change) => Note(change.FullPath);
        _watcher.Renamed += (_, change) => Note(change.FullPath);
        // Too many at once for the system to tell: something has changed for sure.
        _watcher.Error += (_, _) => _changed.Writer.TryWrite(root);
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Waits for a change since the last call, and until it is over. Its path, relative to the project.</summary>
    public async Task<string> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var paths = new HashSet<string>(StringComparer.Ordinal) { await _changed.Reader.ReadAsync(cancellationToken) };
            do
            {
                await Task.Delay(Quiet, _time, cancellationToken);
            }
            while (Drain(paths));

            if (await FirstOfTheProjectAsync([.. paths], cancellationToken) is { } path)
            {
                return path;
            }
        }
    }

    public void Dispose() => _watcher.Dispose();

    private bool Drain(HashSet<string> paths)
    {
        var any = false;
        while (_changed.Reader.TryRead(out var path))
        {
            paths.Add(path);
            any = true;
        }

        return any;
    }

    private void Note(string path)
    {
        var relative = Path.GetRelativePath(_root, path);
        var first = relative.Split('/', 2)[0];
        // Variables of .gantry count: they are part of the run.
        if (first != ".git" && !_ours.Any(own => path == own || path.StartsWith(own + "/", StringComparison.Ordinal)))
        {
            _changed.Writer.TryWrite(relative);
        }
    }

    private async Task<string?> FirstOfTheProjectAsync(string[] paths, CancellationToken cancellationToken)
    {
        if (!_isRepository || paths.Contains(_root))
        {
            return paths[0];
        }

        var run = await ChildProcess.RunAsync(
            new ProcessStart
            {
                FileName = "git",
                Arguments = ["check-ignore", "-z", "--stdin"],
                WorkingFolder = _root,
                Input = ProcessInput.Of(Encoding.UTF8.GetBytes(string.Concat(paths.Select(path => path + "\0")))),
            },
            OutputLimit,
            cancellationToken);
        var ignored = Encoding.UTF8.GetString(run.Output).Split('\0', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        return paths.FirstOrDefault(path => !ignored.Contains(path));
    }
}
