using System.Globalization;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Who works on a project, and as what.</summary>
internal static class MemberPages
{
    private static readonly AccessLevel[] Levels = [AccessLevel.Guest, AccessLevel.Reporter, AccessLevel.Developer, AccessLevel.Maintainer, AccessLevel.Owner];

    public static Task ListAsync(ProjectVisit visit) => ShowAsync(visit, null);

    public static async Task SaveAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        var name = form["username"].Trim();
        var level = LevelOf(form["level"]);
        var saved = await visit.Services.Database.WriteAsync(
            session =>
            {
                if (session.Users.FindByName(name) is not { } user)
                    return false;
                Guard(session, visit, user.Id, level);
                session.Users.SetLevel(visit.Project.Id, user.Id, level);
                return true;
            },
            visit.Cancellation);
        if (saved)
            visit.Request.GoTo(WebPath.Members(visit.Project), "saved");
        else
            await ShowAsync(visit, visit.Request.Words.NoSuchUser(name));
    }

    public static async Task RemoveAsync(ProjectVisit visit, long userId)
    {
        visit.Demand(AccessLevel.Maintainer);
        await visit.Services.Database.WriteAsync(
            session =>
            {
                Guard(session, visit, userId, AccessLevel.None);
                session.Users.RemoveMember(visit.Project.Id, userId);
            },
            visit.Cancellation);
        visit.Request.GoTo(WebPath.Members(visit.Project));
    }

    // Nobody gives more than they have, or changes somebody above them.
    private static void Guard(StoreSession session, ProjectVisit visit, long userId, AccessLevel level)
    {
        if (level > visit.Level || session.Users.LevelIn(visit.Project.Id, userId) > visit.Level)
            throw ApiException.Forbidden();
    }

    private static AccessLevel LevelOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Levels.Contains((AccessLevel)number) ? (AccessLevel)number : throw ApiException.BadParameter("level");

    private static async Task ShowAsync(ProjectVisit visit, string? error)
    {
        visit.Demand(AccessLevel.Maintainer);
        var members = await visit.ReadAsync(session => session.Users.Members(visit.Project.Id));
        var view = new MembersView(visit.Scope, visit.Project, members, [.. Levels.Where(level => level <= visit.Level)], error);
        await visit.Request.ShowAsync(
            visit.Frame(ProjectTab.Settings, visit.Request.Words.Members, Slice.Members(view)),
            error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }
}
