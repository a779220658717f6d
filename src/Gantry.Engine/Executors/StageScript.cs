namespace Gantry.Engine.Executors;

/// <summary>One stage as text for a shell, and where it belongs.</summary>
/// <param name="Stage">Stage name such as <c>get_sources</c> or <c>step_script</c>; given to custom executors and to logs.</param>
/// <param name="Text">The whole script. Holds secrets: never logged, never in a process argument, files with it are 0700.</param>
/// <param name="Place">The helper environment or the job's own (official-job-protocol §4.2).</param>
public sealed record StageScript(string Stage, string Text, StagePlace Place)
{
    public override string ToString() => $"{Stage} ({Place})";
}

/// <summary>Where a stage runs in executors that have two containers; the same machine elsewhere.</summary>
public enum StagePlace
{
    /// <summary>Predefined stages: sources, cache, artifacts, cleanup.</summary>
    Helper,

    /// <summary>The user's steps and after_script.</summary>
    Build,
}

/// <summary>How a script ended.</summary>
/// <param name="Code">0 is success. Signed 32-bit, as official-job-protocol §4.7.</param>
/// <param name="Text">The form the user reads: <c>exit status 1</c>, <c>exit code 1</c>, <c>signal: killed</c>.</param>
public readonly record struct ScriptExit(int Code, string Text)
{
    public static readonly ScriptExit Success = new(0, "exit status 0");

    /// <summary>What the place knows about the end beyond the code, for the user: <c>the kernel's out-of-memory killer …</c>; null: nothing.</summary>
    public string? Evidence { get; init; }
}
