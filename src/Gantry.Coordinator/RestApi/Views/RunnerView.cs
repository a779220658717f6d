using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A runner in a list.</summary>
internal sealed record RunnerView(
    long Id, string Description, string? IpAddress, bool Active, bool Paused, bool IsShared, string RunnerType, string? Name, bool Online,
    string Status, DateTimeOffset CreatedAt, string JobExecutionStatus);

/// <summary>A runner by itself.</summary>
internal sealed record RunnerDetailView
{
    public required long Id { get; init; }
    public required string Description { get; init; }
    public string? IpAddress { get; init; }
    public required bool Active { get; init; }
    public required bool Paused { get; init; }
    public required bool IsShared { get; init; }
    public required string RunnerType { get; init; }
    public string? Name { get; init; }
    public required bool Online { get; init; }
    public required string Status { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string JobExecutionStatus { get; init; }
    public required IReadOnlyList<string> TagList { get; init; }
    public required bool RunUntagged { get; init; }
    public required bool Locked { get; init; }
    public int? MaximumTimeout { get; init; }
    public required string AccessLevel { get; init; }
    public string? Version { get; init; }
    public string? Revision { get; init; }
    public string? Platform { get; init; }
    public string? Architecture { get; init; }
    public DateTimeOffset? ContactedAt { get; init; }
    public string? MaintenanceNote { get; init; }
    public required IReadOnlyList<RunnerProjectView> Projects { get; init; }
    public IReadOnlyList<RunnerProjectView> Groups { get; init; } = [];
}

/// <summary>A project that a runner serves.</summary>
internal sealed record RunnerProjectView(long Id, string Name, string NameWithNamespace, string Path, string PathWithNamespace);

/// <summary>A runner that was just made: the token is shown once.</summary>
internal sealed record CreatedRunnerView(long Id, string Token, DateTimeOffset? TokenExpiresAt);

/// <summary>A new registration token.</summary>
internal sealed record TokenView(string Token);

/// <summary>A process of a runner.</summary>
internal sealed record MachineView(
    long Id, string SystemId, string Version, string Revision, string Platform, string Architecture, DateTimeOffset CreatedAt,
    DateTimeOffset ContactedAt, string IpAddress, string Status, string JobExecutionStatus)
{
    public static MachineView? Of(RunnerMachineRow? machine, DateTimeOffset now) => machine is null
        ? null
        : new MachineView(
            machine.Id, machine.SystemId, machine.Version, machine.Revision, machine.Platform, machine.Architecture, machine.CreatedAt,
            machine.ContactedAt, machine.IpAddress, machine.Status(now), "idle");
}
