namespace Gantry.Engine.Executors;

/// <summary>
/// An ability that a job's place may have beside <see cref="IJobEnvironment"/>: a person may open a shell in it while the job
/// runs (official-job-protocol §9.9).
/// <para>Order: any time between the end of <see cref="IExecutor.PrepareAsync"/> and the begin of the place's disposal, also while
/// a script runs. One shell at a time.</para>
/// </summary>
public interface ITerminalPlace
{
    /// <summary>
    /// Starts an interactive shell with a terminal of its own where the job's scripts run. Waits, until the token fires, for
    /// what is not there yet (a build container that starts with the first step).
    /// </summary>
    /// <exception cref="EnvironmentException">There is none, or it could not be started; the message is for the operator.</exception>
    /// <exception cref="OperationCanceledException">The token fired while waiting.</exception>
    Task<ITerminalShell> OpenTerminalAsync(CancellationToken cancellationToken);
}

/// <summary>One shell that a person talks to. Disposing it ends the shell with everything in its session.</summary>
public interface ITerminalShell : IAsyncDisposable
{
    /// <summary>
    /// The terminal, raw: reading gives what is to be shown (0 bytes: the shell has ended), writing is what was typed. Reads and
    /// writes may run at the same time, one each; both end when their token fires.
    /// </summary>
    Stream Terminal { get; }
}
