namespace Gantry.Coordinator.Store;

/// <summary>A resource that one job of a project uses at a time.</summary>
internal sealed record ResourceGroupRow
{
    public required long Id { get; init; }
    public required long ProjectId { get; init; }
    public required string Key { get; init; }

    /// <summary><c>unordered</c>, <c>oldest_first</c>, <c>newest_first</c> or <c>newest_ready_first</c>.</summary>
    public required string ProcessMode { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}
