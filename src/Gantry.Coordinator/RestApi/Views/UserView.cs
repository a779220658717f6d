using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A user as others see them.</summary>
internal sealed record UserView(long Id, string Username, string Name, string State, bool Locked, string? AvatarUrl, string WebUrl)
{
    public static UserView? Of(UserRow? user, ServerAddress address) =>
        user is null ? null : new UserView(user.Id, user.Username, user.Name, user.Blocked ? "blocked" : "active", false, null, $"{address.Url}/{user.Username}");
}

/// <summary>A user as they see themselves.</summary>
internal sealed record CurrentUserView(
    long Id, string Username, string Name, string State, bool Locked, string? AvatarUrl, string WebUrl, string Email, bool IsAdmin,
    bool CanCreateGroup, bool CanCreateProject, bool TwoFactorEnabled, DateTimeOffset CreatedAt);

/// <summary>A personal access token without its text.</summary>
internal sealed record AccessTokenView(
    long Id, string Name, bool Revoked, DateTimeOffset CreatedAt, IReadOnlyList<string> Scopes, long UserId, DateTimeOffset? LastUsedAt,
    bool Active, string? ExpiresAt)
{
    public static AccessTokenView Of(AccessTokenRow token) => new(
        token.Id, token.Name, token.Revoked, token.CreatedAt, token.Scopes, token.UserId, token.LastUsedAt, !token.Revoked,
        token.ExpiresAt?.ToString("yyyy-MM-dd", null));
}

/// <summary>A personal access token, told once.</summary>
internal sealed record NewTokenView(
    long Id, string Name, bool Revoked, DateTimeOffset CreatedAt, IReadOnlyList<string> Scopes, long UserId, DateTimeOffset? LastUsedAt,
    bool Active, string? ExpiresAt, string Token)
{
    public static NewTokenView Of(AccessTokenRow token, string text)
    {
        var view = AccessTokenView.Of(token);
        return new(view.Id, view.Name, view.Revoked, view.CreatedAt, view.Scopes, view.UserId, view.LastUsedAt, view.Active, view.ExpiresAt, text);
    }
}

/// <summary>A user as the instance's owner sees them.</summary>
internal sealed record ManagedUserView(
    long Id, string Username, string Name, string State, bool Locked, string? AvatarUrl, string WebUrl, string Email, bool IsAdmin, DateTimeOffset CreatedAt,
    string? ResetPasswordUrl);

/// <summary>A person with a role.</summary>
internal sealed record MemberView(
    long Id, string Username, string Name, string State, bool Locked, string? AvatarUrl, string WebUrl, int AccessLevel, string MembershipState, string? ExpiresAt);
