using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Ssh;

/// <summary>A job on another machine that has tar: the runner's process moves caches and artifacts itself.</summary>
internal sealed class ReachableSsh(SshEnvironment inner, string jobFolder) : IJobEnvironment, IReplannedPlace, IReachableFiles
{
    private readonly RemoteFiles _files = new(inner.Connection, jobFolder, inner.Time);

    public EnvironmentHandle Handle => inner.Handle;

    public string? HelperCommand => inner.HelperCommand;

    public JobPlan Plan => inner.Plan;

    public ExecutorTraits Traits => inner.Traits;

    public Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken) =>
        inner.RunAsync(script, log, cancellationToken);

    public Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken) => _files.PlaceAsync(trees, cancellationToken);

    public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        _files.OpenAsync(folder, paths, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
