using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Machines;

/// <summary>The place of one job on a machine: that of the executor there, and the machine comes free with its end.</summary>
internal class MachineEnvironment(IJobEnvironment inner, JobPlan plan, MachineStay stay) : IJobEnvironment, IReplannedPlace
{
    private bool _broke;

    public EnvironmentHandle Handle => inner.Handle;

    public string? HelperCommand => inner.HelperCommand;

    public JobPlan Plan => plan;

    public ExecutorTraits Traits => stay.Traits;

    /// <summary>With the abilities that the place has.</summary>
    public static IJobEnvironment Around(IJobEnvironment inner, JobPlan plan, MachineStay stay) => inner is IReachableWorkspace workspace
        ? new Reachable(inner, workspace, plan, stay)
        : new MachineEnvironment(inner, plan, stay);

    public async Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.RunAsync(script, log, cancellationToken);
        }
        catch (EnvironmentException)
        {
            _broke = true;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await inner.DisposeAsync();
        }
        finally
        {
            stay.End(_broke);
        }
    }

    /// <summary>Of the docker executor.</summary>
    private sealed class Reachable(IJobEnvironment inner, IReachableWorkspace workspace, JobPlan plan, MachineStay stay)
        : MachineEnvironment(inner, plan, stay), IReachableWorkspace, IMeasuredPlace, ITerminalPlace
    {
        private readonly IJobEnvironment _inner = inner;

        public string HostName => workspace.HostName;

        public string StateFolder => workspace.StateFolder;

        public bool TreesAreOpen => workspace.TreesAreOpen;

        public bool LendsKeys => workspace.LendsKeys;

        public Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken) =>
            workspace.PlaceAsync(trees, log, cancellationToken);

        public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
            workspace.OpenAsync(folder, paths, cancellationToken);

        public Task ClearAsync(string folder, IJobLog log, CancellationToken cancellationToken) => workspace.ClearAsync(folder, log, cancellationToken);

        public ValueTask<PlaceUsage?> MeasureAsync(CancellationToken cancellationToken) =>
            _inner is IMeasuredPlace measured ? measured.MeasureAsync(cancellationToken) : ValueTask.FromResult<PlaceUsage?>(null);

        public Task<ITerminalShell> OpenTerminalAsync(CancellationToken cancellationToken) => _inner is ITerminalPlace terminal
            ? terminal.OpenTerminalAsync(cancellationToken)
            : throw EnvironmentException.Broken("the place on the machine has no terminal");
    }
}
