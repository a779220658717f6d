namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A job.</summary>
internal sealed record JobView
{
    public required long Id { get; init; }
    public required string Status { get; init; }
    public required string Stage { get; init; }
    public required string Name { get; init; }
    public required string Ref { get; init; }
    public required bool Tag { get; init; }
    public double? Coverage { get; init; }
    public required bool AllowFailure { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public DateTimeOffset? ErasedAt { get; init; }
    public double? Duration { get; init; }
    public double? QueuedDuration { get; init; }
    public UserView? User { get; init; }
    public CommitView? Commit { get; init; }
    public required PipelineView Pipeline { get; init; }
    public string? FailureReason { get; init; }
    public int? ExitCode { get; init; }
    public required string WebUrl { get; init; }
    public required JobProjectView Project { get; init; }
    public ArtifactFileView? ArtifactsFile { get; init; }
    public required IReadOnlyList<ArtifactView> Artifacts { get; init; }
    public JobRunnerView? Runner { get; init; }
    public MachineView? RunnerManager { get; init; }
    public DateTimeOffset? ArtifactsExpireAt { get; init; }
    public bool Archived { get; init; }
    public required IReadOnlyList<string> TagList { get; init; }
    public required string Source { get; init; }

    /// <summary>Of a bridge: what it started.</summary>
    public PipelineView? DownstreamPipeline { get; init; }
}

/// <summary>What a job's project tells with the job.</summary>
internal sealed record JobProjectView(bool CiJobTokenScopeEnabled);

/// <summary>The archive of a job.</summary>
internal sealed record ArtifactFileView(string Filename, long Size);

/// <summary>One of a job's files.</summary>
internal sealed record ArtifactView(string FileType, long Size, string Filename, string? FileFormat);

/// <summary>The runner of a job.</summary>
internal sealed record JobRunnerView(
    long Id, string Description, string? IpAddress, bool Active, bool Paused, bool IsShared, string RunnerType, string? Name, bool Online, string Status);
