using Gantry.Engine.Traces;

namespace Gantry.Engine.Executors;

/// <summary>
/// An ability that a job's place may have beside <see cref="IJobEnvironment"/>: the runner's process can put files in and take
/// files out, so sources, caches and artifacts are its own work, and the place needs neither git nor a helper (docs/adr/0010).
/// <para>Law: nothing that a job could have written is given to git, and no link in it is followed, by the runner's process.
/// <see cref="OpenAsync"/> therefore gives a folder to read with the calls of Archives only.</para>
/// <para>Order: any time between two scripts, never while one runs. One call at a time.</para>
/// </summary>
public interface IReachableWorkspace
{
    /// <summary>As scripts see it; said in <c>prepare_script</c>.</summary>
    string HostName { get; }

    /// <summary>A folder of the runner's own (0700) that outlives jobs: mirrors and checkouts of projects.</summary>
    string StateFolder { get; }

    /// <summary>
    /// Checkouts are made with files that everybody may write, as the official helper's umask of 0 makes them, so that they can be
    /// shared as they are. The place takes rights away again where its user owns the files.
    /// </summary>
    bool TreesAreOpen => false;

    /// <summary>
    /// The job may have what the keys of the runner's user open: job and runner are the same person. Else git on the runner's machine
    /// shows no key to the servers that a repository's submodules name.
    /// </summary>
    bool LendsKeys => false;

    /// <summary>
    /// Puts folders of this machine into the place, in order; files that are there already are replaced, others stay. Owners and
    /// modes become those that let the job's user write.
    /// </summary>
    /// <exception cref="EnvironmentException">The place broke.</exception>
    Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a folder of this machine that holds at least the named parts of a folder of the place, as they are now. What is
    /// not there is left out. Disposing it ends the view.
    /// </summary>
    /// <param name="folder">Absolute path inside the place.</param>
    /// <param name="paths">Relative to it, without patterns; <c>.</c> for all of it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EnvironmentException">The place broke.</exception>
    Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>Removes what is below a folder of the place, and keeps the folder. Nothing there is no error.</summary>
    /// <exception cref="EnvironmentException">The place broke.</exception>
    Task ClearAsync(string folder, IJobLog log, CancellationToken cancellationToken);
}

/// <summary>A folder of this machine and where it goes.</summary>
public sealed record PlacedTree
{
    /// <summary>Folder on this machine, written by the runner only; null for an empty folder.</summary>
    public string? Source { get; init; }

    /// <summary>Absolute path inside the place; made with its parents.</summary>
    public required string Target { get; init; }

    /// <summary>
    /// Set when the folder's content never changes under this name, so that a place may share it with other jobs copy-on-write
    /// instead of copying. The target then holds nothing else.
    /// </summary>
    public string? SharedAs { get; init; }

    /// <summary>Files written besides, by relative path. May hold secrets: 0600.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files { get; init; } = new Dictionary<string, ReadOnlyMemory<byte>>();
}

/// <summary>A look at a job's files. Untrusted: links are never to be followed.</summary>
/// <param name="path">Where it is on this machine.</param>
/// <param name="end">Ends the view.</param>
public sealed class WorkspaceView(string path, Func<ValueTask> end) : IAsyncDisposable
{
    public string Path { get; } = path;

    public ValueTask DisposeAsync() => end();
}
