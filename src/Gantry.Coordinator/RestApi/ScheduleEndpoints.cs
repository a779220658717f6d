using Gantry.Coordinator.Access;
using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Pipeline schedules. Developers make them; the owner and maintainers change them.</summary>
internal sealed class ScheduleEndpoints(CoordinatorServices services)
{
    private const string One = "projects/{id}/pipeline_schedules/{schedule:long}";

    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects/{id}/pipeline_schedules", ListAsync);
        routes.Map("POST", "projects/{id}/pipeline_schedules", CreateAsync);
        routes.Map("GET", One, async request => await WriteAsync(request, StatusCodes.Status200OK, await ReadAsync(request, change: false)));
        routes.Map("PUT", One, UpdateAsync);
        routes.Map("DELETE", One, DeleteAsync);
        routes.Map("POST", One + "/take_ownership", TakeAsync);
        routes.Map("POST", One + "/play", PlayAsync);
        routes.Map("GET", One + "/pipelines", PipelinesAsync);
        routes.Map("POST", One + "/variables", request => ChangeVariablesAsync(request, AddVariable));
        routes.Map("PUT", One + "/variables/{key}", request => ChangeVariablesAsync(request, SetVariable));
        routes.Map("DELETE", One + "/variables/{key}", request => ChangeVariablesAsync(request, RemoveVariable));
    }

    private async Task ListAsync(ApiRequest request)
    {
        var scope = request.Values.Text("scope");
        var views = await services.Database.ReadAsync(
            session => session.Schedules.Of(Gate.Project(session, request, AccessLevel.Reporter).Id)
                .Where(schedule => scope is null || schedule.Active == (scope == "active"))
                .Select(schedule => View(session, request, schedule)).ToList(),
            request.Cancellation);
        await request.WritePageAsync(views, view => view, RestJson.Default.ListScheduleView);
    }

    private async Task CreateAsync(ApiRequest request)
    {
        var values = request.Values;
        var (description, reference, cron) = (values.Required("description"), values.Required("ref"), values.Required("cron"));
        var now = services.Clock.GetUtcNow();
        var schedule = await services.Database.WriteAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Developer);
                var draft = Checked(
                    new ScheduleRow
                    {
                        Id = 0,
                        ProjectId = project.Id,
                        OwnerId = request.Person.Id,
                        Description = description,
                        Ref = reference,
                        Cron = cron,
                        TimeZone = values.Text("cron_timezone") is { Length: > 0 } zone ? zone : "UTC",
                        Active = values.Flag("active") ?? true,
                        CreatedAt = now,
                        UpdatedAt = now,
                    },
                    now);
                return session.Schedules.Add(draft);
            },
            request.Cancellation);
        await WriteAsync(request, StatusCodes.Status201Created, schedule);
    }

    private async Task UpdateAsync(ApiRequest request)
    {
        var values = request.Values;
        var now = services.Clock.GetUtcNow();
        var schedule = await services.Database.WriteAsync(
            session =>
            {
                var found = Find(session, request, change: true);
                var next = Checked(
                    found with
                    {
                        Description = values.Text("description") ?? found.Description,
                        Ref = values.Text("ref") ?? found.Ref,
                        Cron = values.Text("cron") ?? found.Cron,
                        TimeZone = values.Text("cron_timezone") ?? found.TimeZone,
                        Active = values.Flag("active") ?? found.Active,
                        UpdatedAt = now,
                    },
                    now);
                session.Schedules.Update(next);
                return next;
            },
            request.Cancellation);
        await WriteAsync(request, StatusCodes.Status200OK, schedule);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        await services.Database.WriteAsync(session => session.Schedules.Delete(Find(session, request, change: true).Id), request.Cancellation);
        request.NoContent();
    }

    private async Task TakeAsync(ApiRequest request)
    {
        var schedule = await services.Database.WriteAsync(
            session =>
            {
                _ = Gate.Project(session, request, AccessLevel.Maintainer);
                var next = Find(session, request, change: true) with { OwnerId = request.Person.Id, UpdatedAt = services.Clock.GetUtcNow() };
                session.Schedules.Update(next);
                return next;
            },
            request.Cancellation);
        await WriteAsync(request, StatusCodes.Status201Created, schedule);
    }

    private async Task PlayAsync(ApiRequest request)
    {
        var schedule = await services.Database.ReadAsync(
            session =>
            {
                _ = Gate.Project(session, request, AccessLevel.Developer);
                return Find(session, request, change: false);
            },
            request.Cancellation);
        if (await services.Schedules.PlayAsync(schedule, request.Person.Id, request.Cancellation) is PipelineCreation.Refused refused)
        {
            throw ApiException.Refused("base", refused.Text);
        }

        await request.WriteAsync(StatusCodes.Status201Created, new MessageView("201 Created"), RestJson.Default.MessageView);
    }

    private async Task PipelinesAsync(ApiRequest request)
    {
        var (project, found) = await services.Database.ReadAsync(
            session =>
            {
                var schedule = Find(session, request, change: false);
                return (session.Projects.Find(schedule.ProjectId)!, schedule.LastPipelineId is { } id && session.Pipelines.Find(id) is { } last ? new List<PipelineRow> { last } : []);
            },
            request.Cancellation);
        await request.WritePageAsync(found, pipeline => PipelineView.Of(pipeline, project, services.Address), RestJson.Default.ListPipelineView);
    }

    private async Task ChangeVariablesAsync(ApiRequest request, Func<ApiRequest, IReadOnlyList<VariableRow>, (VariableRow Changed, List<VariableRow> All)> change)
    {
        var changed = await services.Database.WriteAsync(
            session =>
            {
                var schedule = Find(session, request, change: true);
                var (one, all) = change(request, session.Schedules.Variables(schedule.Id));
                session.Schedules.SetVariables(schedule.Id, all);
                return one;
            },
            request.Cancellation);
        var status = request.Http.Request.Method switch { "POST" => StatusCodes.Status201Created, "DELETE" => StatusCodes.Status202Accepted, _ => StatusCodes.Status200OK };
        await request.WriteAsync(status, GivenVariableView.Of(changed), RestJson.Default.GivenVariableView);
    }

    private static (VariableRow, List<VariableRow>) AddVariable(ApiRequest request, IReadOnlyList<VariableRow> present)
    {
        var added = PipelineEndpoints.Given(request.Values);
        return present.Any(variable => variable.Key == added.Key) ? throw ApiException.Refused("key", $"({added.Key}) has already been taken") : (added, [.. present, added]);
    }

    private static (VariableRow, List<VariableRow>) SetVariable(ApiRequest request, IReadOnlyList<VariableRow> present)
    {
        var found = Named(request, present);
        var next = found with
        {
            Value = request.Values.Text("value") ?? found.Value,
            Type = request.Values.Text("variable_type") switch { "file" => "file", "env_var" => "env_var", _ => found.Type },
        };
        return (next, [.. present.Select(variable => variable.Key == next.Key ? next : variable)]);
    }

    private static (VariableRow, List<VariableRow>) RemoveVariable(ApiRequest request, IReadOnlyList<VariableRow> present)
    {
        var found = Named(request, present);
        return (found, [.. present.Where(variable => variable.Key != found.Key)]);
    }

    private static VariableRow Named(ApiRequest request, IReadOnlyList<VariableRow> present)
    {
        var key = request.Route("key");
        return present.FirstOrDefault(variable => variable.Key == key) ?? throw ApiException.NotFound("Variable");
    }

    private static ScheduleRow Checked(ScheduleRow schedule, DateTimeOffset now)
    {
        foreach (var (field, message) in CronTime.Problems(schedule.Cron, schedule.TimeZone))
        {
            throw ApiException.Refused(field, message);
        }

        return schedule with { NextRunAt = CronTime.Next(schedule.Cron, schedule.TimeZone, now) };
    }

    private static ScheduleRow Find(StoreSession session, ApiRequest request, bool change)
    {
        var project = Gate.Project(session, request, change ? AccessLevel.Developer : AccessLevel.Reporter);
        var schedule = session.Schedules.Find(project.Id, request.RouteNumber("schedule")) ?? throw ApiException.NotFound("Pipeline Schedule");
        return !change || schedule.OwnerId == request.Person.Id || Permissions.LevelIn(session, request.Caller, project) >= AccessLevel.Maintainer
            ? schedule
            : throw ApiException.Forbidden();
    }

    private Task<ScheduleRow> ReadAsync(ApiRequest request, bool change) =>
        services.Database.ReadAsync(session => Find(session, request, change), request.Cancellation);

    private async Task WriteAsync(ApiRequest request, int status, ScheduleRow schedule)
    {
        var view = await services.Database.ReadAsync(session => View(session, request, session.Schedules.Find(schedule.ProjectId, schedule.Id) ?? schedule), request.Cancellation);
        await request.WriteAsync(status, view, RestJson.Default.ScheduleView);
    }

    // Values may be secrets: they are for those who may change them.
    private static bool MaySeeValues(StoreSession session, ApiRequest request, ScheduleRow schedule) =>
        request.Caller is Caller.Person person
        && (person.User.Id == schedule.OwnerId
            || (session.Projects.Find(schedule.ProjectId) is { } project && Permissions.LevelIn(session, person, project) >= AccessLevel.Maintainer));

    private ScheduleView View(StoreSession session, ApiRequest request, ScheduleRow schedule) => new(
        schedule.Id, schedule.Description, schedule.Ref, schedule.Cron, schedule.TimeZone, schedule.NextRunAt, schedule.Active, schedule.CreatedAt,
        schedule.UpdatedAt, UserView.Of(session.Users.Find(schedule.OwnerId), services.Address),
        schedule.LastPipelineId is { } id && session.Pipelines.Find(id) is { } last ? new LastPipelineView(last.Id, last.Sha, last.Ref, last.Status) : null,
        MaySeeValues(session, request, schedule) ? [.. session.Schedules.Variables(schedule.Id).Select(GivenVariableView.Of)] : []);
}
