using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Pipelines that start by the clock.</summary>
internal static class SchedulePages
{
    public static async Task ListAsync(ProjectVisit visit)
    {
        visit.Demand(AccessLevel.Developer);
        var items = await visit.ReadAsync(session => session.Schedules.Of(visit.Project.Id)
            .Select(schedule => new ScheduleItem(
                schedule,
                session.Users.Find(schedule.OwnerId)?.Username ?? "",
                schedule.LastPipelineId is { } last ? session.Pipelines.Find(last) : null)).ToList());
        var view = new SchedulesView(visit.Scope, visit.Project, items);
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Schedules, visit.Request.Words.Schedules, Slice.Schedules(view)) with { LiveUrl = WebPath.Live(visit.Project) });
    }

    public static Task NewAsync(ProjectVisit visit) => ShowAsync(visit, Empty(visit), [], []);

    public static async Task EditAsync(ProjectVisit visit, long id)
    {
        var schedule = await FindAsync(visit, id);
        var variables = await visit.ReadAsync(session => session.Schedules.Variables(id));
        await ShowAsync(visit, schedule, [.. variables.Select(variable => new VariableField { Key = variable.Key, Value = variable.Value, Type = variable.Type })], []);
    }

    /// <param name="visit">The visit.</param>
    /// <param name="id">Null for a new one.</param>
    /// <param name="form">As typed.</param>
    public static async Task SaveAsync(ProjectVisit visit, long? id, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        var old = id is { } known ? await FindAsync(visit, known) : Empty(visit);
        Own(visit, old);
        var typed = old with
        {
            Description = form["description"].Trim(),
            Cron = form["cron"].Trim(),
            TimeZone = form["time_zone"].Trim(),
            Ref = form["ref"].Trim(),
            Active = form.Has("active"),
            UpdatedAt = visit.Request.Now,
        };
        var words = visit.Request.Words;
        List<string> errors = [.. CronTime.Problems(typed.Cron, typed.TimeZone).Select(problem => words.ScheduleProblem(problem.Key))];
        if (typed.Description.Length == 0)
            errors.Add(words.ScheduleProblem("description"));
        if (await visit.Repository.FindHeadAsync(typed.Ref, visit.Cancellation) is null)
            errors.Add(words.ScheduleProblem("ref"));
        if (errors.Count > 0)
        {
            await ShowAsync(visit, typed, form.VariableFields(), errors);
            return;
        }

        typed = typed with { NextRunAt = CronTime.Next(typed.Cron, typed.TimeZone, visit.Request.Now) };
        await visit.Services.Database.WriteAsync(
            session =>
            {
                if (id is null)
                    typed = session.Schedules.Add(typed);
                else
                    session.Schedules.Update(typed);
                session.Schedules.SetVariables(typed.Id, form.Variables());
            },
            visit.Cancellation);
        visit.Request.GoTo(WebPath.Schedules(visit.Project), "saved");
    }

    public static async Task PlayAsync(ProjectVisit visit, long id)
    {
        visit.Demand(AccessLevel.Developer);
        var outcome = await visit.Services.Schedules.PlayAsync(await FindAsync(visit, id), visit.Request.User.Id, visit.Cancellation);
        if (outcome is PipelineCreation.Created created)
            visit.Request.GoTo(WebPath.Pipeline(visit.Project, created.Pipeline.Id));
        else
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, outcome is PipelineCreation.Refused refused ? string.Join("; ", refused.Messages) : visit.Request.Words.NoPipeline);
    }

    public static async Task TakeAsync(ProjectVisit visit, long id)
    {
        visit.Demand(AccessLevel.Maintainer);
        var schedule = await FindAsync(visit, id);
        var user = visit.Request.User.Id;
        await visit.Services.Database.WriteAsync(session => session.Schedules.Update(schedule with { OwnerId = user, UpdatedAt = visit.Request.Now }), visit.Cancellation);
        visit.Request.GoTo(WebPath.Schedules(visit.Project), "saved");
    }

    public static async Task DeleteAsync(ProjectVisit visit, long id)
    {
        visit.Demand(AccessLevel.Developer);
        Own(visit, await FindAsync(visit, id));
        await visit.Services.Database.WriteAsync(session => session.Schedules.Delete(id), visit.Cancellation);
        visit.Request.GoTo(WebPath.Schedules(visit.Project));
    }

    // It runs in its owner's name: only they and maintainers may change what it does.
    private static void Own(ProjectVisit visit, ScheduleRow schedule)
    {
        if (schedule.OwnerId != visit.Request.User.Id)
            visit.Demand(AccessLevel.Maintainer);
    }

    private static Task<ScheduleRow> FindAsync(ProjectVisit visit, long id) =>
        visit.ReadAsync(session => session.Schedules.Find(visit.Project.Id, id) ?? throw ApiException.NotFound("PipelineSchedule"));

    private static ScheduleRow Empty(ProjectVisit visit) => new()
    {
        Id = 0,
        ProjectId = visit.Project.Id,
        OwnerId = visit.Request.User.Id,
        Description = "",
        Ref = visit.Project.DefaultBranch,
        Cron = "0 4 * * *",
        TimeZone = "UTC",
        Active = true,
        CreatedAt = visit.Request.Now,
        UpdatedAt = visit.Request.Now,
    };

    private static async Task ShowAsync(ProjectVisit visit, ScheduleRow typed, IReadOnlyList<VariableField> variables, List<string> errors)
    {
        visit.Demand(AccessLevel.Developer);
        var heads = await visit.Repository.HeadsAsync(visit.Cancellation);
        var view = new ScheduleFormView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Typed = typed,
            Variables = variables,
            Heads = CommitPages.Sorted(heads, visit.Project),
            Zones = [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Where(zone => zone.Contains('/', StringComparison.Ordinal) || zone == "UTC").Order(StringComparer.Ordinal)],
            Errors = errors,
        };
        var title = typed.Id == 0 ? visit.Request.Words.NewSchedule : typed.Description;
        await visit.Request.ShowAsync(
            visit.Frame(ProjectTab.Schedules, title, Slice.ScheduleForm(view)),
            errors.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
    }
}
