using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Everybody on this server, for its owner. People get a one-time link by which they set their own password.</summary>
internal static class UserPages
{
    public static Task ListAsync(WebRequest request) => ShowAsync(request, null, null);

    public static async Task AddAsync(WebRequest request, WebForm form)
    {
        AdminPages.Demand(request);
        var (username, name, email) = (form["username"].Trim(), form["name"].Trim(), form["email"].Trim());
        var valid = username.Length is > 0 and < 256 && username.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') && char.IsAsciiLetterOrDigit(username[0]);
        var added = !valid ? null : await request.Services.Database.WriteAsync(
            session =>
            {
                if (session.Users.FindByName(username) is not null || session.Projects.FindNamespace(username) is not null)
                    return null;
                var user = session.Users.Add(username, name.Length > 0 ? name : username, email, admin: form.Has("admin"), request.Now);
                session.Projects.AddNamespace(user.Username, user.Name, "user");
                return user;
            },
            request.Cancellation);
        if (added is null)
            await ShowAsync(request, null, request.Words.UserRefused);
        else
            await ShowLinkAsync(request, added);
    }

    public static async Task LinkAsync(WebRequest request, long id)
    {
        AdminPages.Demand(request);
        await ShowLinkAsync(request, await FindAsync(request, id));
    }

    /// <summary>Blocks or lets in again; nobody locks themselves out.</summary>
    public static async Task BlockAsync(WebRequest request, long id, bool blocked)
    {
        AdminPages.Demand(request);
        if (id == request.User.Id)
            throw ApiException.Forbidden();
        var user = await FindAsync(request, id);
        await request.Services.Database.WriteAsync(session => session.Users.Update(user with { Blocked = blocked }), request.Cancellation);
        request.GoTo(WebPath.AdminUsers, "saved");
    }

    private static async Task ShowLinkAsync(WebRequest request, UserRow user)
    {
        var token = await request.Services.SignIn.CreateLinkAsync(user.Id, request.Cancellation);
        await ShowAsync(request, (user.Username, request.Services.Address.Url + SignIn.LinkPath(token)), null);
    }

    private static Task<UserRow> FindAsync(WebRequest request, long id) =>
        request.Services.Database.ReadAsync(session => session.Users.Find(id) ?? throw ApiException.NotFound("User"), request.Cancellation);

    private static async Task ShowAsync(WebRequest request, (string Username, string Address)? link, string? error)
    {
        var scope = AdminPages.Demand(request);
        var users = await request.Services.Database.ReadAsync(session => session.Users.List(), request.Cancellation);
        await request.ShowAsync(
            request.Frame(scope, request.Words.Users, Slice.Users(new UsersView(scope, users, link, error))),
            error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }
}
