using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A pipeline in a list.</summary>
internal sealed record PipelineView(
    long Id, long Iid, long ProjectId, string Sha, string Ref, string Status, string Source, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    string WebUrl, string? Name)
{
    public static PipelineView Of(PipelineRow pipeline, ProjectRow project, ServerAddress address) => new(
        pipeline.Id, pipeline.Iid, pipeline.ProjectId, pipeline.Sha, pipeline.Ref, pipeline.Status, pipeline.Source, pipeline.CreatedAt,
        pipeline.UpdatedAt, address.Of(project, pipeline), pipeline.Name);
}

/// <summary>A pipeline by itself.</summary>
internal sealed record PipelineDetailView
{
    public required long Id { get; init; }
    public required long Iid { get; init; }
    public required long ProjectId { get; init; }
    public required string Sha { get; init; }
    public required string Ref { get; init; }
    public required string Status { get; init; }
    public required string Source { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required string WebUrl { get; init; }
    public string? Name { get; init; }
    public required string BeforeSha { get; init; }
    public required bool Tag { get; init; }
    public string? YamlErrors { get; init; }
    public UserView? User { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public DateTimeOffset? CommittedAt { get; init; }
    public int? Duration { get; init; }
    public double? QueuedDuration { get; init; }
    public string? Coverage { get; init; }
    public required DetailedStatusView DetailedStatus { get; init; }
    public bool Archived { get; init; }

    public static PipelineDetailView Of(PipelineRow pipeline, ProjectRow project, UserRow? user, ServerAddress address) => new()
    {
        Id = pipeline.Id,
        Iid = pipeline.Iid,
        ProjectId = pipeline.ProjectId,
        Sha = pipeline.Sha,
        Ref = pipeline.Ref,
        Status = pipeline.Status,
        Source = pipeline.Source,
        CreatedAt = pipeline.CreatedAt,
        UpdatedAt = pipeline.UpdatedAt,
        WebUrl = address.Of(project, pipeline),
        Name = pipeline.Name,
        BeforeSha = pipeline.BeforeSha,
        Tag = pipeline.Tag,
        YamlErrors = pipeline.YamlErrors,
        User = UserView.Of(user, address),
        StartedAt = pipeline.StartedAt,
        FinishedAt = pipeline.FinishedAt,
        Duration = pipeline.Duration,
        QueuedDuration = pipeline.StartedAt is { } started ? Math.Floor((started - pipeline.CreatedAt).TotalSeconds) : null,
        Coverage = pipeline.Coverage?.ToString("0.00", null),
        DetailedStatus = DetailedStatusView.Of(pipeline, $"/{project.FullPath}/-/pipelines/{pipeline.Id}"),
    };
}

/// <summary>The status as a person sees it.</summary>
internal sealed record DetailedStatusView(
    string Icon, string Text, string Label, string Group, string Tooltip, bool HasDetails, string DetailsPath, string? Illustration, string Favicon)
{
    public static DetailedStatusView Of(PipelineRow pipeline, string path)
    {
        var (icon, text, label, group) = pipeline switch
        {
            { Status: CiStatus.Success, Warnings: true } => ("status_warning", "Warning", "passed with warnings", "success-with-warnings"),
            { Status: CiStatus.Success } => ("status_success", "Passed", "passed", "success"),
            { Status: CiStatus.Manual } => ("status_manual", "Blocked", "blocked", "manual"),
            { Status: CiStatus.Scheduled } => ("status_scheduled", "Delayed", "waiting for delayed job", "scheduled"),
            { Status: CiStatus.WaitingForResource } => ("status_pending", "Waiting", "waiting for resource", "waiting-for-resource"),
            { Status: var status } => ("status_" + status, char.ToUpperInvariant(status[0]) + status[1..], status, status),
        };
        return new DetailedStatusView(icon, text, label, group, label, true, path, null, $"/assets/ci_favicons/favicon_status_{pipeline.Status}.png");
    }
}

/// <summary>A variable given when a pipeline was started.</summary>
internal sealed record GivenVariableView(string Key, string VariableType, string Value, bool Raw)
{
    public static GivenVariableView Of(VariableRow variable) => new(variable.Key, variable.Type, variable.Value, variable.Raw);
}
