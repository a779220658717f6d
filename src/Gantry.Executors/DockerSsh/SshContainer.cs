using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Executors.DockerSsh;

/// <summary>A job in a container that is reached over ssh: the container goes after the connection.</summary>
internal class SshContainer(IJobEnvironment inner, ContainerParts parts) : IJobEnvironment, IReplannedPlace
{
    public EnvironmentHandle Handle => parts.Container.Handle;

    public string? HelperCommand => inner.HelperCommand;

    public JobPlan Plan => ((IReplannedPlace)inner).Plan;

    public ExecutorTraits Traits => DockerSshExecutor.KindTraits;

    public Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken) => inner.RunAsync(script, log, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await inner.DisposeAsync();
        }
        finally
        {
            await parts.DisposeAsync();
        }
    }
}

/// <summary>What stands behind the connection.</summary>
/// <param name="Container">The container.</param>
/// <param name="Passage">The way to it; null: none is needed.</param>
internal sealed record ContainerParts(IJobEnvironment Container, IDisposable? Passage) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        try
        {
            Passage?.Dispose();
        }
        finally
        {
            await Container.DisposeAsync();
        }
    }
}

/// <summary>With tar in the image, the runner moves caches and artifacts itself.</summary>
internal sealed class ReachableContainer(IJobEnvironment inner, IReachableFiles files, ContainerParts parts)
    : SshContainer(inner, parts), IReachableFiles
{
    public Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken) => files.PlaceAsync(trees, log, cancellationToken);

    public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        files.OpenAsync(folder, paths, cancellationToken);
}
