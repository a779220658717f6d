namespace Gantry.Coordinator.Store;

/// <summary>Which pipelines of a project; null fields do not filter.</summary>
internal sealed record PipelineFilter
{
    public static readonly PipelineFilter All = new();

    /// <summary><c>finished</c>, <c>branches</c>, <c>tags</c>, <c>running</c> or <c>pending</c>.</summary>
    public string? Scope { get; init; }

    public string? Status { get; init; }
    public string? Source { get; init; }
    public string? Ref { get; init; }
    public string? Sha { get; init; }
    public long? UserId { get; init; }

    /// <summary>Oldest first.</summary>
    public bool Ascending { get; init; }

    /// <summary>Child pipelines show only inside their parent.</summary>
    public bool WithChildren { get; init; }
}
