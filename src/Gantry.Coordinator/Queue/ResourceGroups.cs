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
        var claims = waiting.Select(job => new ResourceClaim(job.PipelineId, job.Id)).ToList();
        return ResourceQueue.Next(ResourceMode.Unordered, claims, []) is { } chosen ? waiting.First(job => job.Id == chosen.JobId) : null;
    }
}
