using Gantry.Protocol;

namespace Gantry.Engine.Stages;

/// <summary>How one stage went for the job. What broke in the runner or the place is an exception instead.</summary>
public abstract record StageOutcome
{
    private StageOutcome() { }

    public sealed record Succeeded : StageOutcome;

    /// <summary>There was nothing to do: no section, no title.</summary>
    public sealed record Skipped : StageOutcome;

    /// <param name="Reason">Not narrowed yet.</param>
    /// <param name="Message">As the last log line shows it: <c>exit status 1</c>.</param>
    /// <param name="ExitCode">0 when no process ended the stage.</param>
    public sealed record Failed(FailureReason Reason, string Message, int ExitCode) : StageOutcome;

    public static readonly StageOutcome Success = new Succeeded();
    public static readonly StageOutcome Nothing = new Skipped();
}
