using Gantry.Engine.Executors;
using Gantry.Engine.Shells;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>A pod whose build container has tar: sources, caches and artifacts are the runner's own work.</summary>
internal sealed class ReachablePod(KubernetesEnvironment inner, string stateFolder, string jobFolder, TimeProvider time)
    : IJobEnvironment, IReachableWorkspace, ITerminalPlace
{
    private readonly PodFiles _files = new(inner.Scripts.Command, inner.Place.Cluster, jobFolder, time);

    public EnvironmentHandle Handle => inner.Handle;

    public string? HelperCommand => inner.HelperCommand;

    public string HostName => inner.Place.Pod;

    public string StateFolder => stateFolder;

    public Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken) => inner.RunAsync(script, log, cancellationToken);

    public Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken) => _files.PlaceAsync(trees, cancellationToken);

    public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        _files.OpenAsync(folder, paths, cancellationToken);

    public async Task ClearAsync(string folder, IJobLog log, CancellationToken cancellationToken)
    {
        // Inside the container: only there its links mean what they mean.
        var script = $"if cd {BashQuoting.Exact(folder)} 2>/dev/null; then rm -rf -- ./* ./.[!.]* ./..?*; fi\n";
        await inner.RunAsync(new StageScript("clear_worktree", script, StagePlace.Helper), log, cancellationToken);
    }

    public Task<ITerminalShell> OpenTerminalAsync(CancellationToken cancellationToken) => inner.OpenTerminalAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
