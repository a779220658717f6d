namespace Gantry.Coordinator.Local;

/// <summary>A pipeline as it stands, with all attempts of its jobs in the order of stages.</summary>
public sealed record LocalPipeline
{
    public required long Id { get; init; }

    /// <summary>GitLab's name of the state.</summary>
    public required string Status { get; init; }

    public required IReadOnlyList<string> Stages { get; init; }
    public required string? Name { get; init; }
    public required double? Coverage { get; init; }

    /// <summary>The trigger job that started it; null for the root.</summary>
    public required long? UpstreamJobId { get; init; }

    public required IReadOnlyList<LocalJob> Jobs { get; init; }

    /// <summary>Nothing more happens by itself.</summary>
    public bool IsAtRest => Status is "success" or "failed" or "canceled" or "skipped" or "manual";
}

/// <summary>One attempt of a job.</summary>
public sealed record LocalJob
{
    public required long Id { get; init; }
    public required long PipelineId { get; init; }
    public required string Name { get; init; }
    public required string Stage { get; init; }

    /// <summary>GitLab's name of the state.</summary>
    public required string Status { get; init; }

    public required string When { get; init; }
    public required bool IsBridge { get; init; }
    public required bool IsRetried { get; init; }
    public required int Attempt { get; init; }
    public required bool AllowFailure { get; init; }
    public required int? ExitCode { get; init; }
    public required string? FailureReason { get; init; }
    public required DateTimeOffset? QueuedAt { get; init; }
    public required DateTimeOffset? StartedAt { get; init; }
    public required DateTimeOffset? FinishedAt { get; init; }
    public required double? Coverage { get; init; }
    public required LocalEnvironment? Environment { get; init; }
    public required long? DownstreamPipelineId { get; init; }

    public bool IsComplete => Status is "success" or "failed" or "canceled" or "skipped";

    /// <summary>A runner has, or had, to do with it, so there is or will be a log.</summary>
    public bool HasBegun => !IsBridge && StartedAt is not null;
}

/// <summary>The environment of a job, names expanded.</summary>
public sealed record LocalEnvironment(string Name, string Slug, string? Url, string Action, string Tier);
