using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Access;

/// <summary>People who come with a password, and the one-time links by which they set one. Thread-safe.</summary>
internal sealed class SignIn(Database database, TimeProvider clock)
{
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(24);

    /// <summary>Where the link leads, with the token behind it.</summary>
    public static string LinkPath(string token) => $"/users/password/edit?reset_password_token={token}";

    /// <summary>The person of that name or e-mail address when the password is theirs and they are not blocked; else null.</summary>
    public async Task<UserRow?> CheckAsync(string name, string password, CancellationToken cancellation)
    {
        var (user, hash) = await database.ReadAsync(
            session =>
            {
                var found = session.Users.FindByName(name.Trim()) ?? session.Users.FindByEmail(name.Trim());
                return (found, found is null ? null : session.Users.PasswordHash(found.Id));
            },
            cancellation);
        // Slow on purpose, so not inside the read.
        return Passwords.Verify(hash, password) && user is { Blocked: false } ? user : null;
    }

    /// <summary>A token that sets the user's password once, within a day. Earlier ones of the same user are void.</summary>
    public Task<string> CreateLinkAsync(long userId, CancellationToken cancellation) =>
        database.WriteAsync(session => CreateLink(session, userId, clock.GetUtcNow()), cancellation);

    public Task<bool> IsLinkGoodAsync(string token, CancellationToken cancellation) =>
        database.ReadAsync(session => session.Users.FindByLink(token, clock.GetUtcNow()) is not null, cancellation);

    /// <summary>Sets the password and uses the link up; null when the link is not good (any more).</summary>
    public Task<UserRow?> RedeemLinkAsync(string token, string password, CancellationToken cancellation)
    {
        var hash = Passwords.Hash(password);
        return database.WriteAsync(
            session =>
            {
                if (session.Users.FindByLink(token, clock.GetUtcNow()) is not { } user)
                {
                    return null;
                }

                session.Users.DropLinks(user.Id);
                session.Users.SetPasswordHash(user.Id, hash);
                return session.Users.Find(user.Id);
            },
            cancellation);
    }

    private static string CreateLink(StoreSession session, long userId, DateTimeOffset now)
    {
        var token = TokenHash.Create("");
        session.Users.DropLinks(userId);
        session.Users.AddLink(userId, token, now + LinkLifetime);
        return token;
    }
}
