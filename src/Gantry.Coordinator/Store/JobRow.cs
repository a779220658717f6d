namespace Gantry.Coordinator.Store;

/// <summary>
/// One job of a pipeline: what it is, where it stands. What it does is its <see cref="JobDefinition"/>, read apart because
/// it is large. A retry is a new row; the old one is <see cref="Retried"/>.
/// </summary>
internal sealed record JobRow
{
    public required long Id { get; init; }
    public required long ProjectId { get; init; }
    public required long PipelineId { get; init; }

    /// <summary><c>build</c> or <c>bridge</c>.</summary>
    public required string Kind { get; init; }

    public required string Name { get; init; }
    public required string Stage { get; init; }

    /// <summary>Position of the stage in <see cref="PipelineRow.Stages"/>.</summary>
    public required int StageIndex { get; init; }

    /// <summary>One of <see cref="CiStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>GitLab's name of the reason; null unless failed.</summary>
    public string? FailureReason { get; init; }

    public int? ExitCode { get; init; }
    public required bool AllowFailure { get; init; }

    /// <summary><c>on_success</c>, <c>on_failure</c>, <c>always</c>, <c>manual</c> or <c>delayed</c>.</summary>
    public required string When { get; init; }

    /// <summary>Seconds a delayed job waits.</summary>
    public int? StartIn { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>Has <c>needs</c> (also an empty list): ordered by them and not by its stage.</summary>
    public required bool Dag { get; init; }

    public required string Ref { get; init; }
    public required bool Tag { get; init; }
    public required bool Protected { get; init; }
    public required IReadOnlyList<string> TagList { get; init; }

    /// <summary>Null when the configuration does not say.</summary>
    public bool? Interruptible { get; init; }

    public string? ResourceGroup { get; init; }
    public string? Environment { get; init; }
    public string? ManualConfirmation { get; init; }

    /// <summary>Who started it: the pipeline's user, or who played or retried the job.</summary>
    public required long UserId { get; init; }

    public long? RunnerId { get; init; }

    /// <summary>The machine (<c>system_id</c>) of the runner.</summary>
    public long? MachineId { get; init; }

    /// <summary>Seconds, the smaller of the job's (or project's) and the runner's; the runner's is known once assigned.</summary>
    public required int Timeout { get; init; }

    /// <summary><c>project</c>, <c>job</c> or <c>runner</c>: whose timeout it is.</summary>
    public required string TimeoutSource { get; init; }

    /// <summary>Handed out in two phases and not accepted yet; the status is still pending.</summary>
    public DateTimeOffset? AssignedAt { get; init; }

    /// <summary>The runner stops on request and still runs after_script.</summary>
    public bool CancelGracefully { get; init; }

    /// <summary>Replaced by a newer attempt.</summary>
    public bool Retried { get; init; }

    /// <summary>From 1; every retry, automatic or not, is the next.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Of a bridge: <c>none</c>, <c>depend</c> or <c>mirror</c>.</summary>
    public string? BridgeStrategy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? QueuedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Last sign of life from the runner, or last change.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Per cent.</summary>
    public double? Coverage { get; init; }

    /// <summary>When the artifacts go; null when kept or none.</summary>
    public DateTimeOffset? ArtifactsExpireAt { get; init; }

    /// <summary>The pipeline that a bridge started.</summary>
    public long? DownstreamPipelineId { get; init; }

    /// <summary>Seconds between start and end, or until <paramref name="now"/>.</summary>
    public double? Duration(DateTimeOffset now) => StartedAt is { } start ? ((FinishedAt ?? now) - start).TotalSeconds : null;

    /// <summary>Seconds waited for a runner, so far or in the end.</summary>
    public double? QueuedDuration(DateTimeOffset now) => QueuedAt is { } queued ? ((StartedAt ?? FinishedAt ?? now) - queued).TotalSeconds : null;
}
