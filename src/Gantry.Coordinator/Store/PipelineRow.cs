namespace Gantry.Coordinator.Store;

/// <summary>One run of a project's configuration at one commit.</summary>
internal sealed record PipelineRow
{
    public required long Id { get; init; }
    public required long ProjectId { get; init; }

    /// <summary>Number inside the project, from 1.</summary>
    public required long Iid { get; init; }

    /// <summary>From <c>workflow:name</c>; null when there is none.</summary>
    public string? Name { get; init; }

    /// <summary>Short name of the branch or tag.</summary>
    public required string Ref { get; init; }

    public required bool Tag { get; init; }
    public required string Sha { get; init; }

    /// <summary>40 zeros when there was no earlier commit.</summary>
    public required string BeforeSha { get; init; }

    /// <summary><c>push</c>, <c>web</c>, <c>api</c>, <c>trigger</c>, <c>schedule</c>, <c>parent_pipeline</c> (ci-yaml §18.1).</summary>
    public required string Source { get; init; }

    /// <summary>One of <see cref="CiStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Success, but a job failed that was allowed to.</summary>
    public bool Warnings { get; init; }

    /// <summary>Messages of an invalid configuration; the pipeline is failed then. Null when it was valid.</summary>
    public string? YamlErrors { get; init; }

    public string? FailureReason { get; init; }
    public required bool Protected { get; init; }

    /// <summary>The ordered stages that have jobs, with their composite status.</summary>
    public required IReadOnlyList<string> Stages { get; init; }

    public required long UserId { get; init; }

    /// <summary>First line of the commit's message.</summary>
    public required string CommitTitle { get; init; }

    public required string CommitAuthor { get; init; }
    public required string CommitAuthorEmail { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Seconds in which at least one job ran; null before the end.</summary>
    public int? Duration { get; init; }

    /// <summary>Per cent, the average of the jobs that have one.</summary>
    public double? Coverage { get; init; }

    /// <summary><c>workflow:auto_cancel:on_new_commit</c>: <c>conservative</c>, <c>interruptible</c> or <c>none</c>.</summary>
    public string AutoCancelOnNewCommit { get; init; } = "conservative";

    /// <summary><c>workflow:auto_cancel:on_job_failure</c>: <c>all</c> or <c>none</c>.</summary>
    public string AutoCancelOnJobFailure { get; init; } = "none";

    /// <summary>The newer pipeline that cancelled this one.</summary>
    public long? AutoCanceledById { get; init; }

    /// <summary>The bridge job that started this pipeline; null for a root.</summary>
    public long? UpstreamJobId { get; init; }

    /// <summary>The pipeline of <see cref="UpstreamJobId"/>.</summary>
    public long? UpstreamPipelineId { get; init; }
}
