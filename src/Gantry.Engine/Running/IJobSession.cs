using Gantry.Engine.Executors;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Running;

/// <summary>
/// Whoever lets people into a job's place while it runs: the session server's side of one job (official-job-protocol §9.9).
/// Order: <see cref="Open"/> at most once, <see cref="HoldAsync"/> at most once, then <see cref="CloseAsync"/>.
/// </summary>
public interface IJobSession
{
    /// <summary>From now on the place may be entered.</summary>
    void Open(ITerminalPlace place);

    /// <summary>
    /// Script, caches and artifacts are done and nothing is removed yet: a session may keep the job here. The job's own timeout
    /// goes on.
    /// </summary>
    /// <param name="failed">How the job will end.</param>
    /// <param name="job">The job itself is over: ends the hold. Never throws for it.</param>
    Task HoldAsync(bool failed, CancellationToken job);

    /// <summary>
    /// The job's stages are over: nobody is let in any more, and who is in may stay as long as the server's
    /// <c>session_timeout</c> says. Says in the log for what the job waits.
    /// </summary>
    /// <param name="log">The job's.</param>
    /// <param name="job">The job itself is over: puts everybody out at once. Never throws for it.</param>
    Task CloseAsync(IJobLog log, CancellationToken job);
}
