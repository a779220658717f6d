using Gantry.Pipelines.Problems;

namespace Gantry.Pipelines.Model;

/// <summary>A pipeline as it is to be created: everything is decided that can be decided before a job runs.</summary>
public sealed record PipelineModel
{
    /// <summary><c>workflow:name</c>, expanded; null when there is none.</summary>
    public string? Name { get; init; }

    /// <summary>The stages that have jobs, in the order they run.</summary>
    public required IReadOnlyList<string> Stages { get; init; }

    /// <summary>Jobs in the order of their stages, inside a stage in the order of the file.</summary>
    public required IReadOnlyList<JobModel> Jobs { get; init; }

    public required AutoCancelModel AutoCancel { get; init; }

    /// <summary>Does not hinder the pipeline.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];
}

/// <summary><c>workflow:auto_cancel</c> after the matching workflow rule.</summary>
public sealed record AutoCancelModel
{
    public OnNewCommit OnNewCommit { get; init; }

    /// <summary>A failed job cancels the rest of the pipeline.</summary>
    public bool OnJobFailureCancelAll { get; init; }
}

/// <summary>What a newer commit does to an older pipeline of the same ref.</summary>
public enum OnNewCommit
{
    /// <summary>Cancel all, unless a job that may not be interrupted has started.</summary>
    Conservative,

    /// <summary>Cancel the interruptible jobs only.</summary>
    Interruptible,
    None,
}
