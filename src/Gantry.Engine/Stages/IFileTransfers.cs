using Gantry.Engine.Archives;
using Gantry.Engine.Executors;
using Gantry.Engine.Links;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Stages;

/// <summary>
/// Artifacts and caches of places that the runner's process can reach into: what the helper commands do elsewhere. Each member says
/// in the job's log what it does, in the helper's words, and false means that it failed and has said why.
/// <para>Threading: calls of different jobs overlap.</para>
/// </summary>
public interface IFileTransfers
{
    /// <exception cref="EnvironmentException">The place broke.</exception>
    Task<bool> UploadAsync(TransferScene scene, JobArtifact artifact, CancellationToken cancellationToken);

    /// <exception cref="EnvironmentException">The place broke.</exception>
    Task<bool> DownloadAsync(TransferScene scene, JobDependency producer, CancellationToken cancellationToken);

    /// <param name="scene">The job.</param>
    /// <param name="entry">The cache that is wanted.</param>
    /// <param name="candidate">Its own place or a fallback.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EnvironmentException">The place broke.</exception>
    Task<bool> RestoreCacheAsync(TransferScene scene, PlannedCache entry, CachePlace candidate, CancellationToken cancellationToken);

    /// <summary>Only for entries with a usable key.</summary>
    /// <exception cref="EnvironmentException">The place broke.</exception>
    Task<bool> SaveCacheAsync(TransferScene scene, PlannedCache cache, CancellationToken cancellationToken);
}

/// <summary>One job's files and where they can go.</summary>
public sealed record TransferScene
{
    public required JobPlan Plan { get; init; }
    public required IReachableFiles Workspace { get; init; }
    public required IJobLink Link { get; init; }
    public required IJobLog Log { get; init; }

    /// <summary>A folder of the runner's own, private to this job.</summary>
    public required string Folder { get; init; }

    /// <summary>What paths and names may name, by key, as a script would see it.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Addresses of caches in the store, by <see cref="CachePlace.Key"/>; a key without one stays on the machine.</summary>
    public IReadOnlyDictionary<string, RemoteCache> RemoteCaches { get; init; } = new Dictionary<string, RemoteCache>();

    /// <summary>Which files of a view of the whole project git does not track.</summary>
    public required Func<WorkspaceView, CancellationToken, Task<UntrackedFiles>> Untracked { get; init; }
}

/// <summary>What stages need to move files themselves.</summary>
/// <param name="Transfers">How.</param>
/// <param name="Link">The job's line to its server.</param>
/// <param name="Folder">See <see cref="TransferScene.Folder"/>.</param>
internal sealed record TransferLine(IFileTransfers Transfers, IJobLink Link, string Folder);
