using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Executors.Autoscaling.Providers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Autoscaling;

/// <summary>Looks whether an autoscaler's provider and machines are there, for <c>gantry doctor</c>. Makes and removes nothing.</summary>
public sealed class ScalerProbe(ScalerSettings settings, ProviderSurroundings surroundings, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <returns>What is there and what is wrong, one for the plugin and one for each machine of a fixed pool.</returns>
    public async Task<IReadOnlyList<ProbedThing>> AskAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return PluginSearch.IsBuiltIn(settings.Plugin)
                ? await Task.WhenAll(StaticPool.Read(settings.PluginConfig).Machines.Keys.Select(id => MachineAsync(id, either.Token)))
                : [await PluginAsync(either.Token)];
        }
        catch (ProviderException e)
        {
            return [new ProbedThing(settings.Plugin, null, e.Message)];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [new ProbedThing(settings.Plugin, null, "it did not answer within 20 seconds")];
        }
    }

    private async Task<ProbedThing> PluginAsync(CancellationToken cancellationToken)
    {
        await using var provider = await PluginProvider.StartAsync(settings, surroundings, time, NullLogger.Instance, cancellationToken);
        var instances = await provider.UpdateAsync(cancellationToken);
        return new ProbedThing(settings.Plugin, string.Create(CultureInfo.InvariantCulture, $"{provider.Traits.Id}: {instances.Count} instances"), null);
    }

    private async Task<ProbedThing> MachineAsync(string id, CancellationToken cancellationToken)
    {
        await using var provider = new StaticProvider(settings, time);
        var dialer = new InstanceDialer(provider, time, NullLogger.Instance);
        try
        {
            var route = await dialer.FindAsync(id, settings.Connector, cancellationToken);
            using var connection = await dialer.OpenAsync(route with { Timeout = TimeSpan.FromSeconds(10) }, cancellationToken);
            return new ProbedThing(id, $"{route.Ssh.User}@{connection.Name} lets the runner in", null);
        }
        catch (EnvironmentException e)
        {
            return new ProbedThing(id, null, e.Message);
        }
    }
}

/// <param name="Name">A plugin, or a machine.</param>
/// <param name="Facts">Null: it is not well.</param>
/// <param name="Problem">Null: it is.</param>
public sealed record ProbedThing(string Name, string? Facts, string? Problem);
