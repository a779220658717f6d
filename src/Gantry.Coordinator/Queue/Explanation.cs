using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>Why nobody takes a waiting job: runner by runner, by the same rules as the hand-over.</summary>
internal static class Explanation
{
    /// <summary>Every runner with what keeps it from the job; a runner without a reason may take it at its next request. Those come first.</summary>
    public static IReadOnlyList<RunnerVerdict> Of(StoreSession session, JobRow job, DateTimeOffset now)
    {
        var project = session.Projects.Find(job.ProjectId);
        var definition = session.Jobs.Definition(job.Id);
        var waiting = new WaitingJobRow
        {
            Id = job.Id,
            ProjectId = job.ProjectId,
            Protected = job.Protected,
            TagList = job.TagList,
            InstanceRunnersEnabled = project?.InstanceRunnersEnabled ?? false,
            RunningOnInstanceRunners = 0,
        };
        return
        [
            .. session.Runners.List()
                .Where(runner => runner.IsInstance || session.Runners.ProjectIds(runner.Id).Contains(job.ProjectId))
                .Select(runner => new RunnerVerdict(runner, Why(session, runner, waiting, definition, now)))
                .OrderBy(answer => answer.Why is not null).ThenBy(answer => answer.Runner.Id),
        ];
    }

    private static Refusal? Why(StoreSession session, RunnerRow runner, WaitingJobRow waiting, JobDefinition definition, DateTimeOffset now)
    {
        if (Matching.Why(runner, session.Runners.ProjectIds(runner.Id), waiting) is { } refusal)
        {
            return refusal;
        }

        if (runner.Status(now) is not "online" and var status)
        {
            return new Refusal.NotOnline(status);
        }

        // One machine of the runner that can do it is enough.
        var missing = session.Managers.OfRunner(runner.Id).Select(machine => RequiredFeatures.Missing(definition, machine.Features)).ToList();
        return missing.Count > 0 && missing.All(lacks => lacks.Count > 0) ? new Refusal.MissingFeatures(missing.MinBy(lacks => lacks.Count)!) : null;
    }
}

/// <summary>A runner's answer to a job; no reason means that it would take it.</summary>
internal sealed record RunnerVerdict(RunnerRow Runner, Refusal? Why);
