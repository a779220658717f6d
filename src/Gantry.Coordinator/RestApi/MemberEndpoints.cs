using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Who belongs to a project, with which role. Maintainers give roles up to their own.</summary>
internal sealed class MemberEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects/{id}/members", ListAsync);
        routes.Map("GET", "projects/{id}/members/all", ListAsync);
        routes.Map("GET", "projects/{id}/members/{user:long}", GetAsync);
        routes.Map("GET", "projects/{id}/members/all/{user:long}", GetAsync);
        routes.Map("POST", "projects/{id}/members", AddAsync);
        routes.Map("PUT", "projects/{id}/members/{user:long}", UpdateAsync);
        routes.Map("DELETE", "projects/{id}/members/{user:long}", RemoveAsync);
    }

    private async Task ListAsync(ApiRequest request)
    {
        _ = request.Person;
        var query = request.Values.Text("query") ?? "";
        var members = await services.Database.ReadAsync(
            session => session.Users.Members(Gate.Project(session, request, AccessLevel.Guest).Id)
                .Where(member => member.User.Username.Contains(query, StringComparison.OrdinalIgnoreCase) || member.User.Name.Contains(query, StringComparison.OrdinalIgnoreCase))
                .ToList(),
            request.Cancellation);
        await request.WritePageAsync(members, View, RestJson.Default.ListMemberView);
    }

    private async Task GetAsync(ApiRequest request)
    {
        _ = request.Person;
        await request.WriteAsync(
            View(await services.Database.ReadAsync(session => Find(session, Gate.Project(session, request, AccessLevel.Guest).Id, request), request.Cancellation)),
            RestJson.Default.MemberView);
    }

    private async Task AddAsync(ApiRequest request)
    {
        var values = request.Values;
        var level = Level(request);
        var member = await services.Database.WriteAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Maintainer);
                var user = (values.Number("user_id") is { } id ? session.Users.Find(id) : session.Users.FindByName(values.Required("username")))
                    ?? throw ApiException.NotFound("User");
                if (session.Users.LevelIn(project.Id, user.Id) != AccessLevel.None)
                {
                    throw new ApiException(StatusCodes.Status409Conflict, "Member already exists");
                }

                return Save(session, request, project, user, level);
            },
            request.Cancellation);
        await request.WriteAsync(StatusCodes.Status201Created, View(member), RestJson.Default.MemberView);
    }

    private async Task UpdateAsync(ApiRequest request)
    {
        var level = Level(request);
        var member = await services.Database.WriteAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Maintainer);
                return Save(session, request, project, Find(session, project.Id, request).User, level);
            },
            request.Cancellation);
        await request.WriteAsync(View(member), RestJson.Default.MemberView);
    }

    private async Task RemoveAsync(ApiRequest request)
    {
        await services.Database.WriteAsync(
            session =>
            {
                var leaving = request.RouteNumber("user") == request.Person.Id;
                var project = Gate.Project(session, request, leaving ? AccessLevel.Guest : AccessLevel.Maintainer);
                var member = Find(session, project.Id, request);
                Guard(session, request, project, member.User, AccessLevel.None);
                session.Users.RemoveMember(project.Id, member.User.Id);
            },
            request.Cancellation);
        request.NoContent();
    }

    private static MemberRow Save(StoreSession session, ApiRequest request, ProjectRow project, UserRow user, AccessLevel level)
    {
        Guard(session, request, project, user, level);
        session.Users.SetLevel(project.Id, user.Id, level);
        return new MemberRow(user, level);
    }

    // Nobody raises above their own role, changes those above them, or leaves a project without an owner.
    private static void Guard(StoreSession session, ApiRequest request, ProjectRow project, UserRow user, AccessLevel level)
    {
        var own = Permissions.LevelIn(session, request.Caller, project);
        var present = session.Users.LevelIn(project.Id, user.Id);
        if (level > own || present > own)
        {
            throw ApiException.Forbidden();
        }

        if (present == AccessLevel.Owner && level < AccessLevel.Owner && session.Users.Members(project.Id).Count(member => member.Level == AccessLevel.Owner) == 1)
        {
            throw ApiException.Forbidden("The project would be left without an owner");
        }
    }

    private static AccessLevel Level(ApiRequest request)
    {
        var level = (AccessLevel)(request.Values.Number("access_level") ?? throw ApiException.BadParameter("access_level is missing"));
        return level is AccessLevel.Guest or AccessLevel.Reporter or AccessLevel.Developer or AccessLevel.Maintainer or AccessLevel.Owner
            ? level
            : throw ApiException.BadParameter("access_level does not have a valid value");
    }

    private static MemberRow Find(StoreSession session, long projectId, ApiRequest request)
    {
        var id = request.RouteNumber("user");
        return session.Users.Members(projectId).FirstOrDefault(member => member.User.Id == id) ?? throw ApiException.NotFound("Member");
    }

    private MemberView View(MemberRow member) => new(
        member.User.Id, member.User.Username, member.User.Name, member.User.Blocked ? "blocked" : "active", false, null,
        $"{services.Address.Url}/{member.User.Username}", (int)member.Level, "active", null);
}
