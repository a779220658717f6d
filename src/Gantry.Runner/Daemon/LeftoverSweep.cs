using Gantry.Engine.Executors;
using Gantry.Runner.Polling;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Daemon;

/// <summary>
/// Removes what an earlier process left in executors' places. Beside the polling, as the recovery: an engine that does not answer
/// keeps no job waiting.
/// </summary>
internal static partial class LeftoverSweep
{
    /// <param name="generation">Knows the executors.</param>
    /// <param name="keep">Jobs that somebody else looks after.</param>
    /// <param name="logger">For the operator.</param>
    /// <param name="stopping">The process ends.</param>
    public static async Task RunAsync(PollGeneration generation, IReadOnlySet<long> keep, ILogger logger, CancellationToken stopping)
    {
        foreach (var (entry, executor) in generation.Executors)
        {
            try
            {
                if (executor is ISweepingExecutor sweeping && await sweeping.SweepAsync(keep, stopping) is var removed and > 0)
                {
                    Log.Swept(logger, entry.Settings.Name, removed);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Runner \"{runner}\": removed {count} containers, volumes and networks of an earlier process")]
        public static partial void Swept(ILogger logger, string runner, int count);
    }
}
