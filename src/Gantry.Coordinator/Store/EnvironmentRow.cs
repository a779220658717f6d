namespace Gantry.Coordinator.Store;

/// <summary>A place that jobs deploy to.</summary>
internal sealed record EnvironmentRow
{
    public required long Id { get; init; }
    public required long ProjectId { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public string? ExternalUrl { get; init; }

    /// <summary><c>production</c>, <c>staging</c>, <c>testing</c>, <c>development</c> or <c>other</c>.</summary>
    public required string Tier { get; init; }

    /// <summary><c>available</c> or <c>stopped</c>.</summary>
    public required string State { get; init; }

    /// <summary>The job that deployed last.</summary>
    public long? LastJobId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}
