using Gantry.Engine.Plans;
using Gantry.Engine.Stages;
using Gantry.Protocol;

namespace Gantry.Engine.Running;

/// <summary>A limit of one stage inside the job's time. When it expires the stage failed with a timeout; the job goes on.</summary>
/// <param name="what">In the message: <c>prepare</c>, <c>get sources</c>.</param>
/// <param name="limit">The stage's own time.</param>
/// <param name="time">The clock.</param>
/// <param name="job">Ends the stage as well, as the end of the job.</param>
internal sealed class StageClock(string what, TimeSpan limit, TimeProvider time, CancellationToken job) : IDisposable
{
    private readonly CancellationTokenSource _timer = new(limit, time);
    private CancellationTokenSource? _linked;

    /// <summary>The limit was reached before the job was ended.</summary>
    public bool Expired { get; private set; }

    public CancellationToken Token => (_linked ??= CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, job)).Token;

    public async Task<StageOutcome> RunAsync(Func<CancellationToken, Task<StageOutcome>> stage)
    {
        try
        {
            return await stage(Token);
        }
        catch (OperationCanceledException) when (IsOver())
        {
            return Failure;
        }
    }

    /// <summary>True when this limit, and nothing else, ended what ran under <see cref="Token"/>.</summary>
    public bool IsOver() => Expired = _timer.IsCancellationRequested && !job.IsCancellationRequested;

    public StageOutcome.Failed Failure =>
        new(FailureReason.JobExecutionTimeout, $"{what} timeout: exceeded timeout of {GoDuration.Format(limit)}", 0);

    public void Dispose()
    {
        _linked?.Dispose();
        _timer.Dispose();
    }
}
