using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Running;

/// <summary>Makes the job's place: three tries, three seconds apart (official-job-protocol §4.1 step 8).</summary>
internal static class EnvironmentPreparation
{
    private const int Tries = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <exception cref="EnvironmentException">Of the last try, or of one that need not be tried again.</exception>
    public static async Task<IJobEnvironment> RunAsync(
        IExecutor executor, EnvironmentRequest request, IJobLog log, TimeProvider time, CancellationToken cancellationToken)
    {
        using var section = log.Section("prepare_executor");
        log.Line($"{Ansi.BoldCyan}Preparing the \"{executor.Name}\" executor{Ansi.Reset}");
        if (executor.Traits.Announcement is { } announcement)
        {
            log.Line(announcement);
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await executor.PrepareAsync(request, log, cancellationToken);
            }
            catch (EnvironmentException broken) when (broken.Retriable && attempt < Tries && !cancellationToken.IsCancellationRequested)
            {
                log.Error($"Preparation failed: {broken.Message}");
                log.Info($"Will be retried in {GoDuration.Format(Pause)} ...");
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
