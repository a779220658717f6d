using Gantry.Executors.Autoscaling.Providers;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Autoscaling;

/// <summary>
/// The autoscalers of the process: one per runner entry, whatever its snapshots. Costs nothing until an entry asks. Thread-safe.
/// </summary>
public sealed partial class ScalerFleet(ProviderSurroundings surroundings, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Scaler> _scalers = new(StringComparer.Ordinal);

    internal TimeProvider Time => time;

    /// <summary>The end of the process, after the last job.</summary>
    /// <param name="budget">How long it may take.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public async Task ShutDownAsync(TimeSpan budget, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(budget, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await Task.WhenAll(All().Select(scaler => scaler.ShutDownAsync(either.Token)));
        }
        catch (OperationCanceledException)
        {
            Log.Cut(logger);
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scaler in All())
        {
            await scaler.DisposeAsync();
        }
    }

    internal Scaler Of(ScalerSettings settings)
    {
        lock (_gate)
        {
            if (!_scalers.TryGetValue(settings.Runner, out var scaler))
            {
                scaler = _scalers[settings.Runner] = new Scaler(settings, OpenAsync, ScalerMemory.Of(settings, logger), time, logger);
            }

            return scaler;
        }
    }

    private Scaler[] All()
    {
        lock (_gate)
        {
            return [.. _scalers.Values];
        }
    }

    private async Task<IInstanceProvider> OpenAsync(ScalerSettings settings, CancellationToken cancellationToken) => StaticProvider.IsMeantBy(settings.Plugin)
        ? new StaticProvider(settings, time)
        : await PluginProvider.StartAsync(settings, surroundings, time, logger, cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The time for removing instances is over; those that are left must be removed by hand, or by the next start")]
        public static partial void Cut(ILogger logger);
    }
}
