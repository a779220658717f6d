using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Runners as people see and change them.</summary>
internal sealed class RunnerEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("POST", "user/runners", CreateAsync);
        routes.Map("GET", "runners", request => ListAsync(request, session => Own(session, request)));
        routes.Map("GET", "runners/all", request => ListAsync(request, session => All(session, request)));
        routes.Map("GET", "projects/{id}/runners", request => ListAsync(request, session => OfProject(session, request)));
        routes.Map("GET", "runners/{runner:long}", GetAsync);
        routes.Map("PUT", "runners/{runner:long}", UpdateAsync);
        routes.Map("DELETE", "runners/{runner:long}", DeleteAsync);
        routes.Map("GET", "runners/{runner:long}/jobs", JobsAsync);
        routes.Map("GET", "runners/{runner:long}/managers", MachinesAsync);
        routes.Map("POST", "runners/{runner:long}/reset_authentication_token", ResetTokenAsync);
        routes.Map("POST", "projects/{id}/runners", EnableAsync);
        routes.Map("DELETE", "projects/{id}/runners/{runner:long}", DisableAsync);
        routes.Map("POST", "projects/{id}/runners/reset_registration_token", ResetProjectRegistrationAsync);
        routes.Map("POST", "runners/reset_registration_token", ResetInstanceRegistrationAsync);
    }

    private async Task CreateAsync(ApiRequest request)
    {
        var values = request.Values;
        var user = request.Person;
        var type = values.Required("runner_type");
        var draft = new RunnerDraft
        {
            Description = values.Text("description") ?? "",
            TagList = values.Texts("tag_list") ?? [],
            RunUntagged = values.Flag("run_untagged") ?? values.Texts("tag_list") is not { Count: > 0 },
            Locked = values.Flag("locked") ?? false,
            Paused = values.Flag("paused") ?? false,
            AccessLevel = values.Text("access_level") ?? "not_protected",
            MaximumTimeout = values.Number("maximum_timeout"),
            MaintenanceNote = values.Text("maintenance_note") ?? "",
            CreatorId = user.Id,
        };
        foreach (var (field, message) in draft.Problems())
        {
            throw ApiException.Refused(field, message);
        }

        var (runner, token) = await services.Database.WriteAsync(
            session => (draft with { ProjectId = OwnerOf(session, request, type) }).Save(session, services.Clock.GetUtcNow()), request.Cancellation);
        await request.WriteAsync(StatusCodes.Status201Created, new CreatedRunnerView(runner.Id, token, runner.TokenExpiresAt), RestJson.Default.CreatedRunnerView);
    }

    private static long? OwnerOf(StoreSession session, ApiRequest request, string type)
    {
        switch (type)
        {
            case "instance_type":
                Gate.Admin(request);
                return null;
            case "project_type":
                var id = request.Values.Number("project_id") ?? throw ApiException.BadParameter("project_id is missing");
                var project = session.Projects.Find(id) ?? throw ApiException.NotFound("Project");
                return Permissions.LevelIn(session, request.Caller, project) >= AccessLevel.Maintainer ? id : throw ApiException.Forbidden();
            case "group_type":
                throw ApiException.BadParameter("group runners do not exist on this server; use instance_type or project_type");
            default:
                throw ApiException.BadParameter("runner_type does not have a valid value");
        }
    }

    private async Task ListAsync(ApiRequest request, Func<StoreSession, IEnumerable<RunnerRow>> source)
    {
        var values = request.Values;
        var now = services.Clock.GetUtcNow();
        var tags = values.Texts("tag_list") ?? [];
        var version = values.Text("version_prefix");
        var views = await services.Database.ReadAsync(
            session => source(session)
                .Where(runner => values.Text("type") is not { } type || runner.Type == type)
                .Where(runner => values.Flag("paused") is not { } paused || runner.Paused == paused)
                .Where(runner => (values.Text("status") ?? values.Text("scope")) switch
                {
                    null or "" or "all" => true,
                    "active" => !runner.Paused,
                    "paused" => runner.Paused,
                    var status => runner.Status(now) == status,
                })
                .Where(runner => tags.All(tag => runner.TagList.Contains(tag)))
                .Where(runner => version is null || session.Managers.OfRunner(runner.Id).Any(machine => machine.Version.StartsWith(version, StringComparison.Ordinal)))
                .Select(runner => RunnerViews.Item(session, runner, now)).ToList(),
            request.Cancellation);
        await request.WritePageAsync(views, view => view, RestJson.Default.ListRunnerView);
    }

    private static IEnumerable<RunnerRow> All(StoreSession session, ApiRequest request)
    {
        Gate.Admin(request);
        return session.Runners.List();
    }

    private static IEnumerable<RunnerRow> Own(StoreSession session, ApiRequest request)
    {
        _ = request.Person;
        return session.Runners.List().Where(runner => RunnerAccess.May(session, request, runner, AccessLevel.Maintainer));
    }

    private static IEnumerable<RunnerRow> OfProject(StoreSession session, ApiRequest request)
    {
        var project = Gate.Project(session, request, AccessLevel.Maintainer);
        return session.Runners.OfProject(project.Id).Concat(project.InstanceRunnersEnabled ? session.Runners.OfInstance() : []);
    }

    private async Task GetAsync(ApiRequest request) => await WriteAsync(request, StatusCodes.Status200OK, AccessLevel.Developer);

    private async Task UpdateAsync(ApiRequest request)
    {
        var values = request.Values;
        await services.Database.WriteAsync(
            session =>
            {
                var runner = RunnerAccess.Find(session, request, AccessLevel.Maintainer);
                var next = runner with
                {
                    Description = values.Text("description") ?? runner.Description,
                    Paused = values.Flag("paused") ?? (values.Flag("active") is { } active ? !active : runner.Paused),
                    TagList = values.Texts("tag_list") ?? runner.TagList,
                    RunUntagged = values.Flag("run_untagged") ?? runner.RunUntagged,
                    Locked = values.Flag("locked") ?? runner.Locked,
                    AccessLevel = values.Text("access_level") ?? runner.AccessLevel,
                    MaximumTimeout = values.Has("maximum_timeout") ? values.Number("maximum_timeout") : runner.MaximumTimeout,
                    MaintenanceNote = values.Text("maintenance_note") ?? runner.MaintenanceNote,
                };
                var draft = new RunnerDraft
                {
                    Description = next.Description,
                    TagList = next.TagList,
                    RunUntagged = next.RunUntagged,
                    AccessLevel = next.AccessLevel,
                    MaximumTimeout = next.MaximumTimeout,
                };
                foreach (var (field, message) in draft.Problems())
                {
                    throw ApiException.Refused(field, message);
                }

                session.Runners.Update(next);
            },
            request.Cancellation);
        services.Signal.Raise();
        await WriteAsync(request, StatusCodes.Status200OK, AccessLevel.Maintainer);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        await services.Database.WriteAsync(
            session => session.Runners.Delete(RunnerAccess.Find(session, request, AccessLevel.Maintainer).Id), request.Cancellation);
        request.NoContent();
    }

    private async Task JobsAsync(ApiRequest request)
    {
        var views = await services.Database.ReadAsync(
            session =>
            {
                var runner = RunnerAccess.Find(session, request, AccessLevel.Maintainer);
                var slice = session.Jobs.List(
                    new JobFilter { RunnerId = runner.Id, Scope = request.Values.Text("status") is { } status ? [status] : [] }, request.Page);
                var jobs = new JobViews(session, services);
                return new Paged<JobView>([.. slice.Items.Select(jobs.Of)], slice.Total);
            },
            request.Cancellation);
        await request.WritePageAsync(views, view => view, RestJson.Default.ListJobView);
    }

    private async Task MachinesAsync(ApiRequest request)
    {
        var now = services.Clock.GetUtcNow();
        var machines = await services.Database.ReadAsync(
            session => session.Managers.OfRunner(RunnerAccess.Find(session, request, AccessLevel.Maintainer).Id), request.Cancellation);
        await request.WritePageAsync(machines, machine => MachineView.Of(machine, now)!, RestJson.Default.ListMachineView);
    }

    private async Task ResetTokenAsync(ApiRequest request)
    {
        var (runner, token) = await services.Database.WriteAsync(
            session =>
            {
                var found = RunnerAccess.Find(session, request, AccessLevel.Maintainer);
                var fresh = RunnerTokens.Create(found.Legacy);
                session.Runners.SetToken(found.Id, fresh, RunnerTokens.Shorten(fresh), found.TokenExpiresAt);
                return (found, fresh);
            },
            request.Cancellation);
        await request.WriteAsync(StatusCodes.Status201Created, new CreatedRunnerView(runner.Id, token, runner.TokenExpiresAt), RestJson.Default.CreatedRunnerView);
    }

    private async Task EnableAsync(ApiRequest request)
    {
        var now = services.Clock.GetUtcNow();
        var view = await services.Database.WriteAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Maintainer);
                var runner = request.Values.Number("runner_id") is { } id ? session.Runners.Find(id) : null;
                if (runner is null || runner.IsInstance || !RunnerAccess.May(session, request, runner, AccessLevel.Maintainer))
                {
                    throw ApiException.NotFound("Runner");
                }

                if (runner.Locked)
                {
                    throw ApiException.Forbidden("Runner is locked");
                }

                session.Runners.Assign(runner.Id, project.Id);
                return RunnerViews.Item(session, runner, now);
            },
            request.Cancellation);
        services.Signal.Raise();
        await request.WriteAsync(StatusCodes.Status201Created, view, RestJson.Default.RunnerView);
    }

    private async Task DisableAsync(ApiRequest request)
    {
        await services.Database.WriteAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Maintainer);
                var id = request.RouteNumber("runner");
                if (session.Runners.ProjectIds(id) is [var only] && only == project.Id)
                {
                    throw ApiException.Forbidden("Only one project associated with the runner. Please remove the runner instead");
                }

                return session.Runners.Unassign(id, project.Id) ? true : throw ApiException.NotFound("Runner");
            },
            request.Cancellation);
        request.NoContent();
    }

    private async Task ResetProjectRegistrationAsync(ApiRequest request)
    {
        var token = RunnerTokens.CreateRegistration();
        await services.Database.WriteAsync(
            session => session.Projects.SetRunnersToken(Gate.Project(session, request, AccessLevel.Maintainer).Id, token), request.Cancellation);
        await request.WriteAsync(StatusCodes.Status201Created, new TokenView(token), RestJson.Default.TokenView);
    }

    private async Task ResetInstanceRegistrationAsync(ApiRequest request)
    {
        Gate.Admin(request);
        var token = RunnerTokens.CreateRegistration();
        await services.Database.WriteAsync(session => session.Instance.Set(InstanceStore.RegistrationToken, token), request.Cancellation);
        await request.WriteAsync(StatusCodes.Status201Created, new TokenView(token), RestJson.Default.TokenView);
    }

    private async Task WriteAsync(ApiRequest request, int status, AccessLevel least)
    {
        var now = services.Clock.GetUtcNow();
        var view = await services.Database.ReadAsync(
            session => RunnerViews.Detail(session, RunnerAccess.Find(session, request, least), now), request.Cancellation);
        await request.WriteAsync(status, view, RestJson.Default.RunnerDetailView);
    }
}
