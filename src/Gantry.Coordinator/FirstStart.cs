using Gantry.Coordinator.Access;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator;

/// <summary>What a new data directory needs before it can be used: the owner, their token, the instance's own tokens.</summary>
internal static class FirstStart
{
    public static async Task PrepareAsync(CoordinatorServices services, string tokenFile, CancellationToken cancellation)
    {
        var now = services.Clock.GetUtcNow();
        var token = await services.Database.WriteAsync(session => Prepare(session, services.Settings.OwnerName, now), cancellation);
        if (token is not null)
        {
            SecretFile.Write(tokenFile, token + "\n");
        }
    }

    /// <summary>Where the owner sets their password; null when they have one, or when nobody is asked for any.</summary>
    public static async Task<string?> OwnerLinkAsync(CoordinatorServices services, CancellationToken cancellation)
    {
        var owner = services.Settings.NoAuth
            ? null
            : await services.Database.ReadAsync(
                session => session.Users.FindByName(services.Settings.OwnerName) is { } user && session.Users.PasswordHash(user.Id) is null ? user : null,
                cancellation);
        return owner is null ? null : SignIn.LinkPath(await services.SignIn.CreateLinkAsync(owner.Id, cancellation));
    }

    // The token of a new owner; null when there is one already.
    private static string? Prepare(StoreSession session, string name, DateTimeOffset now)
    {
        if (session.Instance.Find(InstanceStore.Uuid) is null)
        {
            session.Instance.Set(InstanceStore.Uuid, Guid.NewGuid().ToString());
            session.Instance.Set(InstanceStore.RegistrationToken, RunnerTokens.CreateRegistration());
        }

        if (session.Users.List().Count > 0)
        {
            return null;
        }

        var owner = session.Users.Add(name, "Administrator", $"{name}@localhost", admin: true, now);
        session.Projects.AddNamespace(name, owner.Name, "user");
        var token = TokenHash.Create("glpat-");
        session.Tokens.Add(owner.Id, "first token", token, ["api", "read_repository", "write_repository"], null, now);
        return token;
    }
}
