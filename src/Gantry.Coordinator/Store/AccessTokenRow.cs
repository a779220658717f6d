namespace Gantry.Coordinator.Store;

/// <summary>A personal access token; only its hash is stored.</summary>
internal sealed record AccessTokenRow
{
    public required long Id { get; init; }
    public required long UserId { get; init; }
    public required string Name { get; init; }

    /// <summary><c>api</c>, <c>read_api</c>, <c>read_repository</c>, <c>write_repository</c>, <c>create_runner</c>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset? ExpiresAt { get; init; }
    public required DateTimeOffset? LastUsedAt { get; init; }
    public required bool Revoked { get; init; }
}
