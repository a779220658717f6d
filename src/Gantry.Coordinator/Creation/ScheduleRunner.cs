using Gantry.Coordinator.Access;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Variables;
using Microsoft.Extensions.Logging;

namespace Gantry.Coordinator.Creation;

/// <summary>Starts the pipelines of schedules, by the clock or by hand. A time that passed while the server was down is made up for once.</summary>
internal sealed partial class ScheduleRunner(
    Database database, Repositories repositories, PipelineCreator creator, TimeProvider clock, ILogger<ScheduleRunner> log)
{
    /// <summary>Everything whose time has come.</summary>
    public async Task RunDueAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        foreach (var due in await database.ReadAsync(session => session.Schedules.Due(now), cancellation))
        {
            // The next time is written first: a schedule that fails must not be tried every few seconds.
            var schedule = await database.WriteAsync(session => Advance(session, due, now), cancellation);
            if (schedule is not null && await PlayAsync(schedule, schedule.OwnerId, cancellation) is PipelineCreation.Refused refused)
            {
                Log.None(log, schedule.Id, refused.Text);
            }
        }
    }

    /// <summary>Starts it now, as <paramref name="userId"/>.</summary>
    public async Task<PipelineCreation> PlayAsync(ScheduleRow schedule, long userId, CancellationToken cancellation)
    {
        var (project, user, variables) = await database.ReadAsync(
            session => (session.Projects.Find(schedule.ProjectId), session.Users.Find(userId), session.Schedules.Variables(schedule.Id)), cancellation);
        if (project is null || user is not { Blocked: false })
        {
            return new PipelineCreation.Refused(["The schedule's owner may not run pipelines any more"]);
        }

        if (await new RepositoryReader(repositories, project.Id).FindHeadAsync(RefHead.Short(schedule.Ref), cancellation) is not { } head)
        {
            return new PipelineCreation.Refused(["Reference not found"]);
        }

        if (!await database.ReadAsync(session => Permissions.MayRun(session, new Caller.Person(user, null, null), project, head.Name, head.IsTag), cancellation))
        {
            return new PipelineCreation.Refused([Refusals.MayNotRun(head.Name)]);
        }

        var outcome = await creator.CreateAsync(
            new PipelineOrder
            {
                Project = project,
                User = user,
                Head = head,
                Source = PipelineSources.Schedule,
                Variables = variables,
                ScheduleDescription = schedule.Description,
                KeepErrors = true,
            },
            cancellation);
        if (outcome is PipelineCreation.Created created)
        {
            await database.WriteAsync(session => Remember(session, schedule, created.Pipeline.Id), cancellation);
        }

        return outcome;
    }

    private static ScheduleRow? Advance(StoreSession session, ScheduleRow due, DateTimeOffset now)
    {
        if (session.Schedules.Find(due.ProjectId, due.Id) is not { Active: true } current || current.NextRunAt != due.NextRunAt)
        {
            return null;
        }

        session.Schedules.Update(current with { NextRunAt = CronTime.Next(current.Cron, current.TimeZone, now) });
        return current;
    }

    private static void Remember(StoreSession session, ScheduleRow schedule, long pipelineId)
    {
        if (session.Schedules.Find(schedule.ProjectId, schedule.Id) is { } current)
        {
            session.Schedules.Update(current with { LastPipelineId = pipelineId });
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "schedule {Schedule} starts no pipeline: {Reason}")]
        public static partial void None(ILogger logger, long schedule, string reason);
    }
}
