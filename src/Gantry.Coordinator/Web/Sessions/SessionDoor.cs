using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Sessions;

/// <summary>
/// Knows visitors by a signed cookie. It names a user and what they signed in with: an access token, which ends the session
/// when it is revoked, or the stamp of their password, which ends it when that changes. Nothing is stored per session. Everybody gets a cookie, because forms need something to bind their token to.
/// </summary>
internal sealed class SessionDoor(CoordinatorServices services, SessionKey key)
{
    private const string CookieName = "gantry_session";
    private const string CookiePurpose = "session";
    private const char TokenMark = 't';
    private const char PasswordMark = 'p';
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    /// <summary>The visitor's session; a new anonymous one when there is none or it is no longer good.</summary>
    public async Task<Session> OpenAsync(HttpContext http)
    {
        var now = services.Clock.GetUtcNow();
        var ticket = Ticket.Read(http.Request.Cookies[CookieName]) is { } read && key.IsSigned(CookiePurpose, read.Text, read.Signature) && read.Expires > now
            ? read
            : Issue(http, 0, "0");
        var caller = await CallerAsync(http, ticket, now);
        return new Session(caller, FormToken(ticket));
    }

    /// <summary>Signs in with a personal access token; false when it is not good for that.</summary>
    public async Task<bool> SignInAsync(HttpContext http, string token)
    {
        var now = services.Clock.GetUtcNow();
        var found = await services.Database.ReadAsync(session => session.Tokens.FindValid(token.Trim(), now), http.RequestAborted);
        if (found is null || !found.Scopes.Contains("api"))
            return false;
        Issue(http, found.UserId, $"{TokenMark}{found.Id}");
        return true;
    }

    /// <summary>Signs in who has shown their password, or just set it.</summary>
    public void Enter(HttpContext http, UserRow user) => Issue(http, user.Id, $"{PasswordMark}{user.SessionStamp}");

    public void SignOut(HttpContext http) => Issue(http, 0, "0");

    private async Task<Caller> CallerAsync(HttpContext http, Ticket ticket, DateTimeOffset now)
    {
        if (services.Settings.NoAuth && IsLoopback(http.Request.Host.Host))
        {
            var owner = await services.Database.ReadAsync(session => session.Users.FindByName(services.Settings.OwnerName), http.RequestAborted);
            return owner is null ? Caller.Anonymous.Instance : new Caller.Person(owner, null, null);
        }

        if (ticket.UserId == 0)
            return Caller.Anonymous.Instance;
        var user = await services.Database.ReadAsync(
            session => session.Users.Find(ticket.UserId) is { Blocked: false } found && IsGood(session, found, ticket, now) ? found : null, http.RequestAborted);
        return user is null ? Caller.Anonymous.Instance : new Caller.Person(user, null, null);
    }

    private static bool IsGood(StoreSession session, UserRow user, Ticket ticket, DateTimeOffset now) => ticket.Proof[0] switch
    {
        TokenMark => session.Tokens.OfUser(user.Id).Any(token =>
            token.Id.ToString(CultureInfo.InvariantCulture) == ticket.Proof[1..] && !token.Revoked && (token.ExpiresAt is not { } end || end > now)),
        PasswordMark => user.SessionStamp.ToString(CultureInfo.InvariantCulture) == ticket.Proof[1..],
        _ => false,
    };

    // Without sign-in the host's name is what keeps foreign sites out: one of theirs that resolves to this machine is not served.
    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private string FormToken(Ticket ticket) => key.Sign("form", ticket.Nonce);

    private Ticket Issue(HttpContext http, long userId, string proof)
    {
        var expires = services.Clock.GetUtcNow() + Lifetime;
        var ticket = new Ticket(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), userId, proof, expires, "");
        http.Response.Cookies.Append(CookieName, $"{ticket.Text}.{key.Sign(CookiePurpose, ticket.Text)}", new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = http.Request.IsHttps,
            Path = "/",
            Expires = expires,
            IsEssential = true,
        });
        return ticket;
    }

    private sealed record Ticket(string Nonce, long UserId, string Proof, DateTimeOffset Expires, string Signature)
    {
        public string Text => string.Create(CultureInfo.InvariantCulture, $"{Nonce}.{UserId}.{Proof}.{Expires.ToUnixTimeSeconds()}");

        public static Ticket? Read(string? cookie) =>
            cookie?.Split('.') is [{ Length: 32 } nonce, var user, { Length: > 0 and < 24 } proof, var expires, var signature]
            && long.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var userId)
            && long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_799
                ? new Ticket(nonce, userId, proof, DateTimeOffset.FromUnixTimeSeconds(seconds), signature)
                : null;
    }
}
