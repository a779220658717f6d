using System.Globalization;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Personal access tokens. A token never makes one that may more than it may itself.</summary>
internal sealed class TokenEndpoints(CoordinatorServices services)
{
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(400);

    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "personal_access_tokens", ListAsync);
        routes.Map("GET", "personal_access_tokens/self", SelfAsync);
        routes.Map("GET", "personal_access_tokens/{token:long}", GetAsync);
        routes.Map("DELETE", "personal_access_tokens/self", request => RevokeAsync(request, Own(request)));
        routes.Map("DELETE", "personal_access_tokens/{token:long}", request => RevokeAsync(request, null));
        routes.Map("POST", "personal_access_tokens/self/rotate", request => RotateAsync(request, Own(request)));
        routes.Map("POST", "personal_access_tokens/{token:long}/rotate", request => RotateAsync(request, null));
        routes.Map("POST", "users/{user}/personal_access_tokens", CreateAsync);
    }

    private async Task ListAsync(ApiRequest request)
    {
        var person = request.Person;
        var wanted = request.Values.Number("user_id") ?? (person.Admin ? (long?)null : person.Id);
        if (!person.Admin && wanted != person.Id)
        {
            throw ApiException.Unauthorized();
        }

        var active = request.Values.Text("state");
        var now = services.Clock.GetUtcNow();
        var tokens = await services.Database.ReadAsync(
            session => (wanted is { } id ? [id] : session.Users.List().Select(user => user.Id)).SelectMany(session.Tokens.OfUser)
                .Where(token => active is null || (active == "active") == (!token.Revoked && (token.ExpiresAt is not { } end || end > now))).ToList(),
            request.Cancellation);
        await request.WritePageAsync(tokens, AccessTokenView.Of, RestJson.Default.ListAccessTokenView);
    }

    private static Task SelfAsync(ApiRequest request) => request.WriteAsync(AccessTokenView.Of(Own(request)), RestJson.Default.AccessTokenView);

    private async Task GetAsync(ApiRequest request) => await request.WriteAsync(
        AccessTokenView.Of(await services.Database.ReadAsync(session => Find(session, request), request.Cancellation)), RestJson.Default.AccessTokenView);

    private async Task RevokeAsync(ApiRequest request, AccessTokenRow? own)
    {
        await services.Database.WriteAsync(
            session =>
            {
                var token = own ?? Find(session, request);
                return session.Tokens.Revoke(token.UserId, token.Id);
            },
            request.Cancellation);
        request.NoContent();
    }

    private async Task RotateAsync(ApiRequest request, AccessTokenRow? own)
    {
        var now = services.Clock.GetUtcNow();
        var text = TokenHash.Create("glpat-");
        var expires = Expiry(request) ?? now.AddDays(7);
        var token = await services.Database.WriteAsync(
            session =>
            {
                var old = own ?? Find(session, request);
                session.Tokens.Revoke(old.UserId, old.Id);
                return session.Tokens.Add(old.UserId, old.Name, text, old.Scopes, expires, now);
            },
            request.Cancellation);
        await request.WriteAsync(NewTokenView.Of(token, text), RestJson.Default.NewTokenView);
    }

    // As GitLab: the instance's owner makes tokens for everybody.
    private async Task CreateAsync(ApiRequest request)
    {
        Gate.Admin(request);
        var name = request.Values.Required("name");
        var scopes = request.Values.Texts("scopes") is { Count: > 0 } given ? given : throw ApiException.BadParameter("scopes is missing");
        if (scopes.FirstOrDefault(scope => !TokenScopes.All.Contains(scope)) is not null)
        {
            throw ApiException.BadParameter("scopes does not have a valid value");
        }

        var text = TokenHash.Create("glpat-");
        var expires = Expiry(request);
        var token = await services.Database.WriteAsync(
            session =>
            {
                var user = session.Users.Find(request.RouteNumber("user")) ?? throw ApiException.NotFound("User");
                return session.Tokens.Add(user.Id, name, text, scopes, expires, services.Clock.GetUtcNow());
            },
            request.Cancellation);
        await request.WriteAsync(StatusCodes.Status201Created, NewTokenView.Of(token, text), RestJson.Default.NewTokenView);
    }

    private DateTimeOffset? Expiry(ApiRequest request)
    {
        if (request.Values.Text("expires_at") is not { Length: > 0 } text)
        {
            return null;
        }

        var now = services.Clock.GetUtcNow();
        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)
            ? day > now && day - now < LongestLife ? day : throw ApiException.Refused("expires_at", "must be in the future and at most 400 days away")
            : throw ApiException.BadParameter("expires_at is invalid");
    }

    private static AccessTokenRow Own(ApiRequest request) => request.Caller is Caller.Person { Token: { } token } ? token : throw ApiException.Unauthorized();

    private static AccessTokenRow Find(StoreSession session, ApiRequest request)
    {
        var person = request.Person;
        var id = request.RouteNumber("token");
        var found = (person.Admin ? session.Users.List().Select(user => user.Id) : [person.Id]).SelectMany(session.Tokens.OfUser).FirstOrDefault(token => token.Id == id);
        return found ?? throw ApiException.NotFound();
    }
}
