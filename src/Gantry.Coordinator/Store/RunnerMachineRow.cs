using Gantry.Protocol.Runners;

namespace Gantry.Coordinator.Store;

/// <summary>One process that uses a runner's token, known by its <c>system_id</c>; GitLab calls it a runner manager.</summary>
internal sealed record RunnerMachineRow
{
    public required long Id { get; init; }
    public required long RunnerId { get; init; }

    /// <summary>Empty for runners too old to send one.</summary>
    public required string SystemId { get; init; }

    public required string Version { get; init; }
    public required string Revision { get; init; }
    public required string Platform { get; init; }
    public required string Architecture { get; init; }
    public required string Executor { get; init; }
    public required string IpAddress { get; init; }
    public required RunnerFeatures Features { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ContactedAt { get; init; }

    public string Status(DateTimeOffset now) => RunnerRow.Freshness(ContactedAt, CreatedAt, now);
}
