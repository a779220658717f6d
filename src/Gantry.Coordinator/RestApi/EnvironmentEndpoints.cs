using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary>Environments, and the resource groups that guard them.</summary>
internal sealed class EnvironmentEndpoints(CoordinatorServices services)
{
    private static readonly string[] Modes = ["unordered", "oldest_first", "newest_first", "newest_ready_first"];

    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects/{id}/environments", ListAsync);
        routes.Map("GET", "projects/{id}/environments/{environment:long}", GetAsync);
        routes.Map("POST", "projects/{id}/environments/{environment:long}/stop", StopAsync);
        routes.Map("DELETE", "projects/{id}/environments/{environment:long}", DeleteAsync);
        routes.Map("GET", "projects/{id}/resource_groups", GroupsAsync);
        routes.Map("GET", "projects/{id}/resource_groups/{key}", GroupAsync);
        routes.Map("PUT", "projects/{id}/resource_groups/{key}", SetModeAsync);
        routes.Map("GET", "projects/{id}/resource_groups/{key}/upcoming_jobs", UpcomingAsync);
    }

    private async Task ListAsync(ApiRequest request)
    {
        var (name, search, state) = (request.Values.Text("name"), request.Values.Text("search"), request.Values.Text("states"));
        var views = await services.Database.ReadAsync(
            session => session.Environments.Of(Gate.Project(session, request, AccessLevel.Reporter).Id)
                .Where(place => name is null || place.Name == name)
                .Where(place => search is null || place.Name.Contains(search, StringComparison.OrdinalIgnoreCase))
                .Where(place => state is null || place.State == state)
                .Select(place => View(session, place)).ToList(),
            request.Cancellation);
        await request.WritePageAsync(views, view => view, RestJson.Default.ListEnvironmentView);
    }

    private async Task GetAsync(ApiRequest request) => await request.WriteAsync(
        await services.Database.ReadAsync(session => View(session, Find(session, request, AccessLevel.Reporter)), request.Cancellation), RestJson.Default.EnvironmentView);

    // The stop job, when there is one, is played from the pipeline; this marks the place alone.
    private async Task StopAsync(ApiRequest request)
    {
        var view = await services.Database.WriteAsync(
            session => View(session, session.Environments.Save(
                Find(session, request, AccessLevel.Developer) with { State = "stopped", UpdatedAt = services.Clock.GetUtcNow() })),
            request.Cancellation);
        await request.WriteAsync(view, RestJson.Default.EnvironmentView);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        await services.Database.WriteAsync(
            session =>
            {
                var found = Find(session, request, AccessLevel.Developer);
                if (found.State != "stopped")
                {
                    throw ApiException.Forbidden("Environment must be stopped before it is deleted");
                }

                session.Environments.Delete(found.Id);
            },
            request.Cancellation);
        request.NoContent();
    }

    private async Task GroupsAsync(ApiRequest request)
    {
        var groups = await services.Database.ReadAsync(
            session => session.ResourceGroups.Of(Gate.Project(session, request, AccessLevel.Reporter).Id), request.Cancellation);
        await request.WritePageAsync(groups, ResourceGroupView.Of, RestJson.Default.ListResourceGroupView);
    }

    private async Task GroupAsync(ApiRequest request) => await request.WriteAsync(
        ResourceGroupView.Of(await services.Database.ReadAsync(session => Group(session, request, AccessLevel.Reporter), request.Cancellation)),
        RestJson.Default.ResourceGroupView);

    private async Task SetModeAsync(ApiRequest request)
    {
        var mode = request.Values.Required("process_mode");
        if (!Modes.Contains(mode))
        {
            throw ApiException.BadParameter("process_mode does not have a valid value");
        }

        var group = await services.Database.WriteAsync(
            session =>
            {
                session.ResourceGroups.SetMode(Group(session, request, AccessLevel.Developer).Id, mode, services.Clock.GetUtcNow());
                return Group(session, request, AccessLevel.Developer);
            },
            request.Cancellation);
        await request.WriteAsync(ResourceGroupView.Of(group), RestJson.Default.ResourceGroupView);
    }

    private async Task UpcomingAsync(ApiRequest request)
    {
        var views = await services.Database.ReadAsync(
            session =>
            {
                var group = Group(session, request, AccessLevel.Reporter);
                var jobs = new JobViews(session, services);
                return session.Jobs.WaitingForResource(group.ProjectId, group.Key).Select(jobs.Of).ToList();
            },
            request.Cancellation);
        await request.WritePageAsync(views, view => view, RestJson.Default.ListJobView);
    }

    private static EnvironmentRow Find(StoreSession session, ApiRequest request, AccessLevel least) =>
        session.Environments.Find(Gate.Project(session, request, least).Id, request.RouteNumber("environment")) ?? throw ApiException.NotFound("Environment");

    private static ResourceGroupRow Group(StoreSession session, ApiRequest request, AccessLevel least) =>
        session.ResourceGroups.Find(Gate.Project(session, request, least).Id, request.Route("key")) ?? throw ApiException.NotFound("Resource Group");

    private EnvironmentView View(StoreSession session, EnvironmentRow place) => new(
        place.Id, place.Name, place.Slug, place.ExternalUrl, place.CreatedAt, place.UpdatedAt, place.Tier, place.State,
        place.LastJobId is { } id && session.Jobs.Find(id) is { } job ? new DeploymentView(job.Id, job.Ref, job.Status, job.FinishedAt ?? job.UpdatedAt, new JobViews(session, services).Of(job)) : null);
}
