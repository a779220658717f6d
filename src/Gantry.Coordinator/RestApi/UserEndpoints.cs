using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>People of this instance. Everybody may look; the instance's owner adds and changes.</summary>
internal sealed class UserEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "users", ListAsync);
        routes.Map("GET", "users/{user}", GetAsync);
        routes.Map("POST", "users", CreateAsync);
        routes.Map("PUT", "users/{user}", UpdateAsync);
        routes.Map("DELETE", "users/{user}", DeleteAsync);
        routes.Map("POST", "users/{user}/block", request => BlockAsync(request, blocked: true));
        routes.Map("POST", "users/{user}/unblock", request => BlockAsync(request, blocked: false));
    }

    private async Task ListAsync(ApiRequest request)
    {
        _ = request.Person;
        var (name, search) = (request.Values.Text("username"), request.Values.Text("search"));
        var users = await services.Database.ReadAsync(session => session.Users.List(), request.Cancellation);
        await request.WritePageAsync(
            [
                .. users.Where(user => name is null || string.Equals(user.Username, name, StringComparison.OrdinalIgnoreCase))
                    .Where(user => search is null || user.Username.Contains(search, StringComparison.OrdinalIgnoreCase)
                        || user.Name.Contains(search, StringComparison.OrdinalIgnoreCase) || user.Email.Equals(search, StringComparison.OrdinalIgnoreCase)),
            ],
            user => UserView.Of(user, services.Address)!, RestJson.Default.ListUserView);
    }

    private async Task GetAsync(ApiRequest request)
    {
        var caller = request.Person;
        var user = await services.Database.ReadAsync(session => Find(session, request), request.Cancellation);
        await (caller.Admin || caller.Id == user.Id
            ? request.WriteAsync(View(user), RestJson.Default.ManagedUserView)
            : request.WriteAsync(UserView.Of(user, services.Address)!, RestJson.Default.UserView));
    }

    private async Task CreateAsync(ApiRequest request)
    {
        Gate.Admin(request);
        var values = request.Values;
        var (email, name, username) = (values.Required("email"), values.Required("name"), values.Required("username"));
        var password = values.Text("password") is { Length: > 0 } given ? given : null;
        if (password is null && values.Flag("reset_password") != true && values.Flag("force_random_password") != true)
        {
            throw ApiException.BadParameter("password, reset_password, force_random_password are missing, at least one parameter must be provided");
        }

        var hash = HashOf(password);
        var now = services.Clock.GetUtcNow();
        var user = await services.Database.WriteAsync(
            session =>
            {
                CheckNames(session, username, email, self: null);
                var added = session.Users.Add(username, name, email, values.Flag("admin") ?? false, now);
                if (session.Projects.FindNamespace(username) is null)
                {
                    session.Projects.AddNamespace(username, name, "user");
                }

                if (hash is not null)
                {
                    session.Users.SetPasswordHash(added.Id, hash);
                }

                return added;
            },
            request.Cancellation);
        // There is no mail: the link goes to the one who asked for it.
        var link = hash is null ? services.Address.Url + SignIn.LinkPath(await services.SignIn.CreateLinkAsync(user.Id, request.Cancellation)) : null;
        await request.WriteAsync(StatusCodes.Status201Created, View(user) with { ResetPasswordUrl = link }, RestJson.Default.ManagedUserView);
    }

    private async Task UpdateAsync(ApiRequest request)
    {
        var admin = Gate.Admin(request);
        var values = request.Values;
        var hash = HashOf(values.Text("password") is { Length: > 0 } given ? given : null);
        var user = await services.Database.WriteAsync(
            session =>
            {
                var found = Find(session, request);
                var next = found with
                {
                    Username = values.Text("username") ?? found.Username,
                    Name = values.Text("name") ?? found.Name,
                    Email = values.Text("email") ?? found.Email,
                    Admin = values.Flag("admin") ?? found.Admin,
                };
                CheckNames(session, next.Username, next.Email, found);
                if (found.Id == admin.Id && !next.Admin)
                {
                    throw ApiException.Forbidden("You cannot take your own administrator rights away");
                }

                session.Users.Update(next);
                if (hash is not null)
                {
                    session.Users.SetPasswordHash(found.Id, hash);
                }

                return session.Users.Find(found.Id)!;
            },
            request.Cancellation);
        await request.WriteAsync(View(user), RestJson.Default.ManagedUserView);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        var admin = Gate.Admin(request);
        await services.Database.WriteAsync(
            session =>
            {
                var user = Find(session, request);
                if (user.Id == admin.Id)
                {
                    throw ApiException.Forbidden("You cannot remove yourself");
                }

                // Projects keep their history: a user who made one is blocked, not removed.
                if (session.Projects.List(null, null, new Page(1, int.MaxValue)).Items.Any(project => project.CreatorId == user.Id))
                {
                    throw new ApiException(StatusCodes.Status409Conflict, "User made projects that still exist; block the user, or remove the projects first");
                }

                session.Users.Delete(user.Id);
            },
            request.Cancellation);
        request.NoContent();
    }

    private async Task BlockAsync(ApiRequest request, bool blocked)
    {
        var admin = Gate.Admin(request);
        await services.Database.WriteAsync(
            session =>
            {
                var user = Find(session, request);
                if (user.Id == admin.Id)
                {
                    throw ApiException.Forbidden("You cannot block yourself");
                }

                session.Users.Update(user with { Blocked = blocked, SessionStamp = user.SessionStamp + 1 });
            },
            request.Cancellation);
        request.Http.Response.StatusCode = StatusCodes.Status201Created;
        await request.Http.WriteJsonAsync(true, RestJson.Default.Boolean);
    }

    private static UserRow Find(StoreSession session, ApiRequest request) =>
        session.Users.Find(request.RouteNumber("user")) ?? throw ApiException.NotFound("User");

    private static string? HashOf(string? password)
    {
        if (password is not null && Passwords.Problem(password) is { } problem)
        {
            throw ApiException.Refused("password", problem);
        }

        return password is null ? null : Passwords.Hash(password);
    }

    private static void CheckNames(StoreSession session, string username, string email, UserRow? self)
    {
        if (username.Length > 255 || username.Length == 0 || !username.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') || username[0] is '-' or '.')
        {
            throw ApiException.Refused("username", "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or '.'.");
        }

        if (!email.Contains('@', StringComparison.Ordinal) || email.Any(c => char.IsControl(c) || c is '<' or '>' or ' '))
        {
            throw ApiException.Refused("email", "is invalid");
        }

        if (session.Users.FindByName(username) is { } namesake && namesake.Id != self?.Id)
        {
            throw new ApiException(StatusCodes.Status409Conflict, "Username has already been taken");
        }

        if (session.Users.FindByEmail(email) is { } other && other.Id != self?.Id)
        {
            throw new ApiException(StatusCodes.Status409Conflict, "Email has already been taken");
        }
    }

    private ManagedUserView View(UserRow user) => new(
        user.Id, user.Username, user.Name, user.Blocked ? "blocked" : "active", false, null, $"{services.Address.Url}/{user.Username}", user.Email, user.Admin,
        user.CreatedAt, null);
}
