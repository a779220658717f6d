using Gantry.Engine.Traces;

namespace Gantry.Engine.Executors;

/// <summary>
/// An ability that a job's place may have beside <see cref="IJobEnvironment"/>: the runner's process can put files in and take files
/// out, so caches and artifacts are its own work, and the place needs no helper (docs/adr/0010).
/// <para>Law: no link in what a job could have written is followed by the runner's process. <see cref="OpenAsync"/> therefore gives a
/// folder to read with the calls of Archives only.</para>
/// <para>Order: any time between two scripts, never while one runs. One call at a time.</para>
/// </summary>
public interface IReachableFiles
{
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
