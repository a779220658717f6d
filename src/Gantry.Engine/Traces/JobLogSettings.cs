namespace Gantry.Engine.Traces;

/// <summary>The form of a job log.</summary>
public sealed record JobLogSettings
{
    /// <summary><c>FF_TIMESTAMPS</c>: each line starts with time and stream (official-job-protocol §3.6).</summary>
    public bool Timestamps { get; init; } = true;

    /// <summary><c>features.trace_sections</c> of the payload.</summary>
    public bool Sections { get; init; } = true;

    public MaskRules Masks { get; init; } = MaskRules.None;

    /// <summary>
    /// The log goes on where an earlier process left it: what was stored behind this size comes again, and is not stored twice. Null:
    /// a new log, or one that only gets its end.
    /// </summary>
    public long? ContinuesAt { get; init; }
}
