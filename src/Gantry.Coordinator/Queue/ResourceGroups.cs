using Gantry.Coordinator.Store;
using Gantry.Pipelines.States;

namespace Gantry.Coordinator.Queue;

/// <summary>Lets one job at a time into each resource group of a project (ci-yaml §15.8).</summary>
internal static class ResourceGroups
{
    /// <summary>The waiting job that may enter now; null while somebody is inside or nobody waits.</summary>
    public static JobRow? Next(StoreSession session, long projectId, string group)
    {
        if (session.Jobs.HoldsResource(projectId, group))
        {
            return null;
        }

        var waiting = session.Jobs.WaitingForResource(projectId, group);
        var mode = ModeOf(session.ResourceGroups.Find(projectId, group)?.ProcessMode);
        var upcoming = mode is ResourceMode.OldestFirst or ResourceMode.NewestFirst ? session.Jobs.UpcomingForResource(projectId, group) : [];
        return ResourceQueue.Next(mode, Claims(waiting), Claims(upcoming)) is { } chosen ? waiting.First(job => job.Id == chosen.JobId) : null;
    }

    private static ResourceMode ModeOf(string? name) => name switch
    {
        "oldest_first" => ResourceMode.OldestFirst,
        "newest_first" => ResourceMode.NewestFirst,
        "newest_ready_first" => ResourceMode.NewestReadyFirst,
        _ => ResourceMode.Unordered,
    };

    private static List<ResourceClaim> Claims(IReadOnlyList<JobRow> jobs) => [.. jobs.Select(job => new ResourceClaim(job.PipelineId, job.Id))];
}
