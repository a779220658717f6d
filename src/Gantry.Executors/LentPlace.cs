using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Executors;

/// <summary>
/// The place of one job on something that other jobs had before and will have after: that of the executor there, and what was lent comes
/// free with its end.
/// </summary>
internal class LentPlace(IJobEnvironment inner, JobPlan plan, ILoan loan) : IJobEnvironment, IReplannedPlace
{
    private bool _broke;

    public EnvironmentHandle Handle => inner.Handle;

    public string? HelperCommand => inner.HelperCommand;

    public JobPlan Plan => plan;

    public ExecutorTraits Traits => loan.Traits;

    /// <summary>With the abilities that the place has.</summary>
    public static IJobEnvironment Around(IJobEnvironment inner, JobPlan plan, ILoan loan) => inner switch
    {
        IReachableWorkspace workspace => new Workspace(inner, workspace, plan, loan),
        IReachableFiles files => new Files(inner, files, plan, loan),
        _ => new LentPlace(inner, plan, loan),
    };

    public Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken) =>
        GuardAsync(token => inner.RunAsync(script, log, token), cancellationToken);

    /// <summary>As long as what was lent is there.</summary>
    private async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, loan.Lost);
        try
        {
            return await work(either.Token);
        }
        catch (Exception e) when (loan.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && e is OperationCanceledException or EnvironmentException)
        {
            _broke = true;
            throw EnvironmentException.Broken(loan.WhyLost, e);
        }
        catch (EnvironmentException e)
        {
            _broke |= e.Retriable;
            throw;
        }
    }

    private Task<bool> GuardAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken) => GuardAsync(async token =>
    {
        await work(token);
        return true;
    }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await inner.DisposeAsync();
        }
        finally
        {
            loan.End(_broke);
        }
    }

    /// <summary>Of executors that are entered by ssh.</summary>
    private sealed class Files(IJobEnvironment inner, IReachableFiles files, JobPlan plan, ILoan loan) : LentPlace(inner, plan, loan), IReachableFiles
    {
        public Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken) =>
            GuardAsync(token => files.PlaceAsync(trees, log, token), cancellationToken);

        public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
            GuardAsync(token => files.OpenAsync(folder, paths, token), cancellationToken);
    }

    /// <summary>Of the docker executor.</summary>
    private sealed class Workspace(IJobEnvironment inner, IReachableWorkspace workspace, JobPlan plan, ILoan loan)
        : LentPlace(inner, plan, loan), IReachableWorkspace, IMeasuredPlace, ITerminalPlace
    {
        private readonly IJobEnvironment _inner = inner;

        public string HostName => workspace.HostName;

        public string StateFolder => workspace.StateFolder;

        public bool TreesAreOpen => workspace.TreesAreOpen;

        public bool LendsKeys => workspace.LendsKeys;

        public Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken) =>
            GuardAsync(token => workspace.PlaceAsync(trees, log, token), cancellationToken);

        public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
            GuardAsync(token => workspace.OpenAsync(folder, paths, token), cancellationToken);

        public Task ClearAsync(string folder, IJobLog log, CancellationToken cancellationToken) =>
            GuardAsync(token => workspace.ClearAsync(folder, log, token), cancellationToken);

        public ValueTask<PlaceUsage?> MeasureAsync(CancellationToken cancellationToken) =>
            _inner is IMeasuredPlace measured ? measured.MeasureAsync(cancellationToken) : ValueTask.FromResult<PlaceUsage?>(null);

        public Task<ITerminalShell> OpenTerminalAsync(CancellationToken cancellationToken) => _inner is ITerminalPlace terminal
            ? terminal.OpenTerminalAsync(cancellationToken)
            : throw EnvironmentException.Broken("the place on the machine has no terminal");
    }
}

/// <summary>What a job has for its time.</summary>
internal interface ILoan
{
    /// <summary>Of the executor there.</summary>
    ExecutorTraits Traits { get; }

    /// <summary>Fires when it has gone while a job had it.</summary>
    CancellationToken Lost { get; }

    /// <summary>For the job's log.</summary>
    string WhyLost { get; }

    /// <param name="isDoubted">Something broke there.</param>
    void End(bool isDoubted);
}
