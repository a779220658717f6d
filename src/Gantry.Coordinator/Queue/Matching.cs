using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>Whether a runner may take a job, and every reason why not (ci-yaml §22, "Which job a runner gets").</summary>
internal static class Matching
{
    /// <summary>Whether the runner may take it. Most of a long queue is for runners with other tags, so that is looked at first.</summary>
    public static bool May(RunnerRow runner, IReadOnlyList<long> runnerProjects, WaitingJobRow job) =>
        HasTags(runner.TagList, job.TagList) && Why(runner, runnerProjects, job) is null;

    private static bool HasTags(IReadOnlyList<string> has, IReadOnlyList<string> wanted)
    {
        foreach (var tag in wanted)
        {
            if (!has.Contains(tag, StringComparer.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Null when the runner may take it, else the first reason.</summary>
    public static Refusal? Why(RunnerRow runner, IReadOnlyList<long> runnerProjects, WaitingJobRow job)
    {
        if (runner.Paused)
        {
            return new Refusal.Paused();
        }

        if (runner.IsInstance ? !job.InstanceRunnersEnabled : !runnerProjects.Contains(job.ProjectId))
        {
            return runner.IsInstance ? new Refusal.InstanceRunnersDisabled() : new Refusal.OtherProject();
        }

        if (runner.AccessLevel == "ref_protected" && !job.Protected)
        {
            return new Refusal.OnlyProtected();
        }

        if (job.TagList.Count == 0)
        {
            return runner.RunUntagged ? null : new Refusal.Untagged();
        }

        var missing = job.TagList.Except(runner.TagList, StringComparer.OrdinalIgnoreCase).ToList();
        return missing.Count > 0 ? new Refusal.MissingTags(missing) : null;
    }
}
