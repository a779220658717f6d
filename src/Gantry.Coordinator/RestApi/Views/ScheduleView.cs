namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A pipeline schedule.</summary>
internal sealed record ScheduleView(
    long Id, string Description, string Ref, string Cron, string CronTimezone, DateTimeOffset? NextRunAt, bool Active, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt, UserView? Owner, LastPipelineView? LastPipeline, IReadOnlyList<GivenVariableView> Variables);

/// <summary>The pipeline that a schedule started last.</summary>
internal sealed record LastPipelineView(long Id, string Sha, string Ref, string Status);
