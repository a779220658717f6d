namespace Gantry.Coordinator.Store;

/// <summary>A pipeline that starts by the clock.</summary>
internal sealed record ScheduleRow
{
    public required long Id { get; init; }
    public required long ProjectId { get; init; }

    /// <summary>In whose name it runs.</summary>
    public required long OwnerId { get; init; }

    public required string Description { get; init; }

    /// <summary>A branch or tag; short or full name.</summary>
    public required string Ref { get; init; }

    /// <summary>Five fields, or a name such as <c>@daily</c>.</summary>
    public required string Cron { get; init; }

    /// <summary>IANA name, for example <c>Europe/Berlin</c>.</summary>
    public required string TimeZone { get; init; }

    public required bool Active { get; init; }

    /// <summary>Null when it never comes.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    public long? LastPipelineId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}
