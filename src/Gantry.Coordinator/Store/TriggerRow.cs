namespace Gantry.Coordinator.Store;

/// <summary>A pipeline trigger token of a project.</summary>
internal sealed record TriggerRow
{
    public required long Id { get; init; }
    public required long ProjectId { get; init; }
    public required long OwnerId { get; init; }
    public required string Description { get; init; }

    /// <summary>The token itself: its owner may see it again. A secret.</summary>
    public required string Token { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }

    public override string ToString() => $"trigger {Id} [MASKED]";
}
