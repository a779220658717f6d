namespace Gantry.Coordinator.Store;

/// <summary>A runner as registered; the processes that use its token are <see cref="RunnerMachineRow"/>s.</summary>
internal sealed record RunnerRow
{
    public required long Id { get; init; }

    /// <summary><c>instance_type</c> or <c>project_type</c>.</summary>
    public required string Type { get; init; }

    public required string Description { get; init; }

    /// <summary>The first characters of the token after its prefix, as shown beside <c>#id</c>.</summary>
    public required string ShortToken { get; init; }

    /// <summary>Made by <c>POST /runners</c> with a registration token, not by a user.</summary>
    public required bool Legacy { get; init; }

    public required IReadOnlyList<string> TagList { get; init; }
    public required bool RunUntagged { get; init; }
    public required bool Locked { get; init; }
    public required bool Paused { get; init; }

    /// <summary><c>not_protected</c> or <c>ref_protected</c>.</summary>
    public required string AccessLevel { get; init; }

    /// <summary>Seconds; null when the runner sets none.</summary>
    public int? MaximumTimeout { get; init; }

    public string MaintenanceNote { get; init; } = "";
    public long? CreatorId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Newest contact of any of its machines.</summary>
    public DateTimeOffset? ContactedAt { get; init; }

    public DateTimeOffset? TokenExpiresAt { get; init; }

    public bool IsInstance => Type == "instance_type";

    /// <summary><c>online</c>, <c>offline</c>, <c>stale</c> or <c>never_contacted</c> (server-ui §6.1).</summary>
    public string Status(DateTimeOffset now) => Freshness(ContactedAt, CreatedAt, now);

    internal static string Freshness(DateTimeOffset? contacted, DateTimeOffset created, DateTimeOffset now) => contacted switch
    {
        { } at when now - at <= TimeSpan.FromHours(2) => "online",
        { } at when now - at > TimeSpan.FromDays(7) => "stale",
        null when now - created > TimeSpan.FromDays(7) => "stale",
        null => "never_contacted",
        _ => "offline",
    };
}
