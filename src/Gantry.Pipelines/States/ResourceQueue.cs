namespace Gantry.Pipelines.States;

/// <summary>A job that waits for a resource group.</summary>
/// <param name="PipelineId">Its pipeline; lower is older.</param>
/// <param name="JobId">Its id; lower is older.</param>
public sealed record ResourceClaim(long PipelineId, long JobId);

/// <summary>In which order a resource group lets jobs in.</summary>
public enum ResourceMode
{
    /// <summary>Whoever is ready, in no promised order: by waiting time here.</summary>
    Unordered,
    OldestFirst,

    /// <summary>The newest pipeline first, even when it is not the first to be ready.</summary>
    NewestFirst,

    /// <summary>Of those that are ready, the newest.</summary>
    NewestReadyFirst,
}

/// <summary>Chooses who is let in next.</summary>
public static class ResourceQueue
{
    /// <param name="mode">Mode of the group.</param>
    /// <param name="waiting">Jobs that are waiting for the resource, in the order they began to wait.</param>
    /// <param name="upcoming">Jobs of the group that have not come that far yet; they hold back others in the two strict modes.</param>
    /// <returns>Null when nobody may enter now.</returns>
    public static ResourceClaim? Next(ResourceMode mode, IReadOnlyList<ResourceClaim> waiting, IReadOnlyList<ResourceClaim> upcoming)
    {
        var all = waiting.Concat(upcoming).OrderBy(claim => claim.PipelineId).ThenBy(claim => claim.JobId).ToList();
        var chosen = mode switch
        {
            ResourceMode.OldestFirst when all.Count > 0 => all[0],
            ResourceMode.NewestFirst when all.Count > 0 => all[^1],
            ResourceMode.NewestReadyFirst => waiting.OrderByDescending(claim => claim.PipelineId).ThenByDescending(claim => claim.JobId).FirstOrDefault(),
            _ => waiting.Count > 0 ? waiting[0] : null,
        };
        return chosen is not null && waiting.Contains(chosen) ? chosen : null;
    }
}
