using System.Globalization;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>A project's trigger tokens, and a person's access tokens.</summary>
internal static class TokenPages
{
    public static async Task TriggersAsync(ProjectVisit visit)
    {
        visit.Demand(AccessLevel.Maintainer);
        var triggers = await visit.ReadAsync(session => session.Triggers.Of(visit.Project.Id).Select(trigger => (trigger, session.Users.Find(trigger.OwnerId))).ToList());
        var view = new TriggersView(visit.Scope, visit.Project, visit.Services.Address.Url, triggers);
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Settings, visit.Request.Words.Triggers, Slice.Triggers(view)));
    }

    public static async Task AddTriggerAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        var description = form["description"].Trim();
        var owner = visit.Request.User.Id;
        await visit.Services.Database.WriteAsync(
            session => session.Triggers.Add(visit.Project.Id, owner, description, TokenHash.Create("glptt-"), visit.Request.Now), visit.Cancellation);
        visit.Request.GoTo(WebPath.Triggers(visit.Project));
    }

    public static async Task RevokeTriggerAsync(ProjectVisit visit, long id)
    {
        visit.Demand(AccessLevel.Maintainer);
        await visit.Services.Database.WriteAsync(
            session =>
            {
                if (session.Triggers.Find(visit.Project.Id, id) is null)
                    throw ApiException.NotFound("Trigger");
                session.Triggers.Delete(id);
            },
            visit.Cancellation);
        visit.Request.GoTo(WebPath.Triggers(visit.Project));
    }

    public static Task TokensAsync(WebRequest request) => ShowAsync(request, null, invalid: false);

    public static async Task AddTokenAsync(WebRequest request, WebForm form)
    {
        var name = form["name"].Trim();
        var scopes = form.All("scope").Where(scope => TokenScopes.All.Contains(scope)).Distinct().ToList();
        DateTimeOffset? expires = null;
        var dated = form["expires_at"].Length > 0;
        if (DateOnly.TryParseExact(form["expires_at"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            expires = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        if (name.Length is 0 or > 255 || scopes.Count == 0 || (dated && expires is null) || expires <= request.Now)
        {
            await ShowAsync(request, null, invalid: true);
            return;
        }

        var token = TokenHash.Create("glpat-");
        var user = request.User.Id;
        await request.Services.Database.WriteAsync(session => session.Tokens.Add(user, name, token, scopes, expires, request.Now), request.Cancellation);
        await ShowAsync(request, token, invalid: false);
    }

    public static async Task RevokeTokenAsync(WebRequest request, long id)
    {
        var user = request.User.Id;
        await request.Services.Database.WriteAsync(session => session.Tokens.Revoke(user, id), request.Cancellation);
        request.GoTo(WebPath.Tokens);
    }

    private static async Task ShowAsync(WebRequest request, string? made, bool invalid)
    {
        var user = request.User.Id;
        var tokens = await request.Services.Database.ReadAsync(session => session.Tokens.OfUser(user), request.Cancellation);
        var scope = request.Scope(AccessLevel.None);
        var view = new TokensView
        {
            Scope = scope,
            Tokens = [.. tokens.Where(token => !token.Revoked && (token.ExpiresAt is not { } end || end > request.Now)).OrderByDescending(token => token.Id)],
            Scopes = TokenScopes.All,
            Made = made,
            Invalid = invalid,
        };
        var status = invalid ? StatusCodes.Status422UnprocessableEntity : made is null ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        await request.ShowAsync(request.Frame(scope, request.Words.AccessTokens, Slice.Tokens(view)), status);
    }
}
