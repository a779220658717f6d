namespace Gantry.Coordinator.Store;

/// <summary>A person or bot. Passwords and tokens are kept as hashes and are not part of the record.</summary>
internal sealed record UserRow
{
    public required long Id { get; init; }
    public required string Username { get; init; }
    public required string Name { get; init; }
    public required string Email { get; init; }

    /// <summary>The owner of the instance: may do everything.</summary>
    public required bool Admin { get; init; }

    /// <summary>May not sign in, and their tokens are worth nothing.</summary>
    public bool Blocked { get; init; }

    /// <summary>Grows when the password changes: sessions that carry an older one are over.</summary>
    public long SessionStamp { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
