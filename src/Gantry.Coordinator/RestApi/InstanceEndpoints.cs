using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;

namespace Gantry.Coordinator.RestApi;

/// <summary>Version, the caller, their tokens, namespaces.</summary>
internal sealed class InstanceEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "version", VersionAsync);
        routes.Map("GET", "metadata", VersionAsync);
        routes.Map("GET", "user", UserAsync);
        routes.Map("GET", "namespaces", NamespacesAsync);
    }

    private static Task VersionAsync(ApiRequest request) => request.Caller is Caller.Anonymous
        ? throw ApiException.Unauthorized()
        : request.WriteAsync(
            new VersionView(CoordinatorVersion.GitLab, CoordinatorVersion.Revision, false, new KasView(false, null, null)), RestJson.Default.VersionView);

    private Task UserAsync(ApiRequest request)
    {
        var user = request.Person;
        return request.WriteAsync(
            new CurrentUserView(
                user.Id, user.Username, user.Name, "active", false, null, $"{services.Address.Url}/{user.Username}", user.Email, user.Admin, user.Admin,
                true, false, user.CreatedAt),
            RestJson.Default.CurrentUserView);
    }

    private async Task NamespacesAsync(ApiRequest request)
    {
        _ = request.Person;
        var all = await services.Database.ReadAsync(session => session.Projects.Namespaces(), request.Cancellation);
        await request.WritePageAsync(
            all,
            space => new NamespaceView(space.Id, space.Name, space.Path, space.Kind, space.FullPath, null, null, $"{services.Address.Url}/{space.FullPath}"),
            RestJson.Default.ListNamespaceView);
    }
}
