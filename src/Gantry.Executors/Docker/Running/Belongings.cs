using System.Collections.Concurrent;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Running;

/// <summary>
/// Everything made for one job. It is noted before it is asked for, so that a cancel in the middle of a call leaves nothing
/// behind, and removed all at once. Thread-safe.
/// </summary>
internal sealed class Belongings(EngineClient engine, bool keepVolumes)
{
    private readonly ConcurrentDictionary<string, byte> _containers = new();
    private readonly ConcurrentDictionary<string, byte> _volumes = new();
    private readonly ConcurrentDictionary<string, byte> _networks = new();

    public void AddContainer(string nameOrId) => _containers[nameOrId] = 0;

    public void AddVolume(string name) => _volumes[name] = 0;

    public void AddNetwork(string nameOrId) => _networks[nameOrId] = 0;

    /// <summary>Removes one container now; one that is gone is no error.</summary>
    public async Task RemoveContainerAsync(string nameOrId, CancellationToken cancellationToken)
    {
        await IgnoreGoneAsync(engine.Containers.RemoveAsync(nameOrId, !keepVolumes, cancellationToken));
        _containers.TryRemove(nameOrId, out _);
    }

    /// <summary>Removes the rest: containers at once, then what they held on to. Goes on after a failure.</summary>
    /// <returns>What could not be removed, in words for the operator.</returns>
    public async Task<IReadOnlyList<string>> RemoveAllAsync(CancellationToken cancellationToken)
    {
        var problems = new ConcurrentQueue<string>();
        await Task.WhenAll(_containers.Keys.Select(name => TryAsync($"Failed to remove container {name}", RemoveContainerAsync(name, cancellationToken))));
        await Task.WhenAll(
            Task.WhenAll(_volumes.Keys.Select(name => TryAsync($"Failed to cleanup volume {name}", RemoveVolumeAsync(name)))),
            Task.WhenAll(_networks.Keys.Select(name => TryAsync($"Failed to remove network for build {name}", RemoveNetworkAsync(name)))));
        return [.. problems];

        async Task RemoveVolumeAsync(string name)
        {
            await IgnoreGoneAsync(engine.Volumes.RemoveAsync(name, cancellationToken));
            _volumes.TryRemove(name, out _);
        }

        async Task RemoveNetworkAsync(string name)
        {
            await IgnoreGoneAsync(engine.Networks.RemoveAsync(name, cancellationToken));
            _networks.TryRemove(name, out _);
        }

        async Task TryAsync(string what, Task removal)
        {
            try
            {
                await removal;
            }
            catch (Exception e) when (e is EngineException or OperationCanceledException)
            {
                problems.Enqueue($"{what}: {e.Message}");
            }
        }
    }

    private static async Task IgnoreGoneAsync(Task removal)
    {
        try
        {
            await removal;
        }
        catch (EngineException e) when (e.IsNotFound)
        {
            // Somebody was faster.
        }
        catch (EngineException e) when (e.IsConflict && e.Message.Contains("already in progress", StringComparison.Ordinal))
        {
            // The engine is removing it (Docker's own words; it has no code for this).
        }
    }
}
