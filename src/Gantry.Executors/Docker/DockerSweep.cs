using System.Globalization;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;

namespace Gantry.Executors.Docker;

/// <summary>
/// Removes what an earlier process of the same runner left: things with this runner's owner label that end with their job and
/// whose job nobody goes on with. Nothing else is touched: not volumes that outlive jobs, not other runners' things.
/// </summary>
internal static class DockerSweep
{
    /// <returns>How many things were removed.</returns>
    /// <exception cref="EngineException">The engine cannot be asked.</exception>
    public static async Task<int> RunAsync(EngineClient engine, DockerSurroundings surroundings, IReadOnlySet<long> keep, CancellationToken cancellationToken)
    {
        if (surroundings.OwnerId.Length == 0)
        {
            return 0;
        }

        string[] mine = [$"{JobLabels.Owner}={surroundings.OwnerId}"];
        var removed = 0;
        foreach (var container in await engine.Containers.ListAsync(mine, cancellationToken))
        {
            removed += await RemoveAsync(container.Labels, () => engine.Containers.RemoveAsync(container.Id, volumes: true, cancellationToken));
        }

        foreach (var volume in await engine.Volumes.ListAsync(mine, cancellationToken))
        {
            removed += await RemoveAsync(volume.Labels, () => engine.Volumes.RemoveAsync(volume.Name, cancellationToken));
        }

        foreach (var network in await engine.Networks.ListAsync(mine, cancellationToken))
        {
            removed += await RemoveAsync(network.Labels, () => engine.Networks.RemoveAsync(network.Id, cancellationToken));
        }

        return removed;

        async Task<int> RemoveAsync(IReadOnlyDictionary<string, string> labels, Func<Task> remove)
        {
            if (labels.GetValueOrDefault(JobLabels.Life) != "job" || labels.GetValueOrDefault(JobLabels.Process) == surroundings.ProcessId
                || !long.TryParse(labels.GetValueOrDefault(JobLabels.Job), NumberStyles.None, CultureInfo.InvariantCulture, out var job) || keep.Contains(job))
            {
                return 0;
            }

            try
            {
                await remove();
                return 1;
            }
            catch (EngineException e) when (e.IsNotFound || e.IsConflict)
            {
                // Gone, or still held by something that is not ours.
                return 0;
            }
        }
    }
}
