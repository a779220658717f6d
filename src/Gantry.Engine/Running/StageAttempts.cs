using Gantry.Engine.Stages;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Running;

/// <summary>Several tries of one stage with growing pauses (official-job-protocol §4.3).</summary>
internal sealed class StageAttempts(TimeProvider time, IJobLog log, bool exponential)
{
    private readonly TimeSpan _first = TimeSpan.FromSeconds(exponential ? 5 : 1);
    private readonly TimeSpan _longest = exponential ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(5);

    /// <param name="attempts">At least 1.</param>
    /// <param name="stage">Gets the number of the try, from 1.</param>
    /// <param name="cancellationToken">Ends the pauses.</param>
    public async Task<StageOutcome> RunAsync(int attempts, Func<int, Task<StageOutcome>> stage, CancellationToken cancellationToken)
    {
        var pause = _first;
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await stage(attempt);
            if (outcome is not StageOutcome.Failed || attempt >= attempts)
            {
                return outcome;
            }

            log.Warning("Retrying...");
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < _longest ? pause * 2 : _longest;
        }
    }
}
