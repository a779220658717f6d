using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Executors.DockerSsh;

/// <summary>A job in a container that is reached over ssh: the container goes after the connection.</summary>
internal class SshContainer(IJobEnvironment inner, IJobEnvironment container) : IJobEnvironment, IReplannedPlace
{
    public EnvironmentHandle Handle => container.Handle;

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
            await container.DisposeAsync();
        }
    }
}

/// <summary>With tar in the image, the runner moves caches and artifacts itself.</summary>
internal sealed class ReachableContainer(IJobEnvironment inner, IReachableFiles files, IJobEnvironment container)
    : SshContainer(inner, container), IReachableFiles
{
    public Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken) => files.PlaceAsync(trees, log, cancellationToken);

    public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        files.OpenAsync(folder, paths, cancellationToken);
}
