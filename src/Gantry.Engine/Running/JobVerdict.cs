using Gantry.Protocol;

namespace Gantry.Engine.Running;

/// <summary>How the whole job ended: what the last log line and the final PUT say.</summary>
public abstract record JobVerdict
{
    private JobVerdict() { }

    public sealed record Succeeded : JobVerdict;

    /// <param name="Reason">Not narrowed yet.</param>
    /// <param name="Message">After <c>Job failed: </c>.</param>
    /// <param name="ExitCode">0 when no process ended the job.</param>
    public sealed record Failed(FailureReason Reason, string Message, int ExitCode) : JobVerdict;

    /// <summary>The server took the job back: nothing is reported.</summary>
    public sealed record Dropped(string Why) : JobVerdict;
}
