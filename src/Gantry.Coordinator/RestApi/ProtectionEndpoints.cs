using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Protected branches and tags.</summary>
internal sealed class ProtectionEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        foreach (var isTag in new[] { false, true })
        {
            var path = isTag ? "projects/{id}/protected_tags" : "projects/{id}/protected_branches";
            routes.Map("GET", path, request => ListAsync(request, isTag));
            routes.Map("GET", path + "/{name}", request => GetAsync(request, isTag));
            routes.Map("POST", path, request => ProtectAsync(request, isTag));
            routes.Map("DELETE", path + "/{name}", request => UnprotectAsync(request, isTag));
        }

        routes.Map("PATCH", "projects/{id}/protected_branches/{name}", UpdateAsync);
    }

    private async Task ListAsync(ApiRequest request, bool isTag)
    {
        var search = request.Values.Text("search") ?? "";
        var found = await services.Database.ReadAsync(
            session => session.Projects.Protected(Gate.Project(session, request, AccessLevel.Maintainer).Id, isTag)
                .Where(protection => protection.Pattern.Contains(search, StringComparison.Ordinal)).ToList(),
            request.Cancellation);
        await (isTag
            ? request.WritePageAsync(found, ProtectedTagView.Of, RestJson.Default.ListProtectedTagView)
            : request.WritePageAsync(found, ProtectedBranchView.Of, RestJson.Default.ListProtectedBranchView));
    }

    private async Task GetAsync(ApiRequest request, bool isTag) => await WriteAsync(
        request, StatusCodes.Status200OK, await services.Database.ReadAsync(session => Find(session, Gate.Project(session, request, AccessLevel.Maintainer), request, isTag), request.Cancellation));

    private async Task ProtectAsync(ApiRequest request, bool isTag)
    {
        var values = request.Values;
        var name = values.Required("name");
        var push = Level(values.Number(isTag ? "create_access_level" : "push_access_level"));
        var protection = new ProtectedRefRow(name, isTag, push, isTag ? push : Level(values.Number("merge_access_level")), values.Flag("allow_force_push") ?? false);
        await services.Database.WriteAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Maintainer);
                if (session.Projects.Protected(project.Id, isTag).Any(other => other.Pattern == name))
                {
                    throw new ApiException(StatusCodes.Status409Conflict, $"Protected {(isTag ? "tag" : "branch")} '{name}' already exists");
                }

                session.Projects.Protect(project.Id, protection);
            },
            request.Cancellation);
        await WriteAsync(request, StatusCodes.Status201Created, protection);
    }

    private async Task UpdateAsync(ApiRequest request)
    {
        var protection = await services.Database.WriteAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Maintainer);
                var found = Find(session, project, request, isTag: false);
                var next = found with { AllowForcePush = request.Values.Flag("allow_force_push") ?? found.AllowForcePush };
                session.Projects.Protect(project.Id, next);
                return next;
            },
            request.Cancellation);
        await WriteAsync(request, StatusCodes.Status200OK, protection);
    }

    private async Task UnprotectAsync(ApiRequest request, bool isTag)
    {
        await services.Database.WriteAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Maintainer);
                session.Projects.Unprotect(project.Id, isTag ? "tag" : "branch", Find(session, project, request, isTag).Pattern);
            },
            request.Cancellation);
        request.NoContent();
    }

    private static ProtectedRefRow Find(StoreSession session, ProjectRow project, ApiRequest request, bool isTag)
    {
        var name = request.Route("name");
        return session.Projects.Protected(project.Id, isTag).FirstOrDefault(protection => protection.Pattern == name) ?? throw ApiException.NotFound();
    }

    private static AccessLevel Level(int? number) => number switch
    {
        null or 40 => AccessLevel.Maintainer,
        30 => AccessLevel.Developer,
        0 => AccessLevel.None,
        60 => AccessLevel.Owner,
        _ => throw ApiException.BadParameter("access_level does not have a valid value"),
    };

    private static Task WriteAsync(ApiRequest request, int status, ProtectedRefRow protection) => protection.IsTag
        ? request.WriteAsync(status, ProtectedTagView.Of(protection), RestJson.Default.ProtectedTagView)
        : request.WriteAsync(status, ProtectedBranchView.Of(protection), RestJson.Default.ProtectedBranchView);
}
