namespace Gantry.Coordinator.Store;

/// <summary>Which jobs; null or empty fields do not filter.</summary>
internal sealed record JobFilter
{
    public static readonly JobFilter All = new();

    public long? ProjectId { get; init; }
    public long? PipelineId { get; init; }
    public long? RunnerId { get; init; }

    /// <summary>Statuses; empty for any.</summary>
    public IReadOnlyList<string> Scope { get; init; } = [];

    /// <summary>Replaced attempts too.</summary>
    public bool WithRetried { get; init; } = true;

    /// <summary><c>build</c> or <c>bridge</c>.</summary>
    public string? Kind { get; init; }
}
