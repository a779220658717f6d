using System.Globalization;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>
/// A number that grows whenever a job becomes ready, as the opaque text of <c>X-GitLab-Last-Update</c>
/// (official-job-protocol §1.7). Other runs of the coordinator use other texts. Thread-safe.
/// </summary>
internal sealed class QueueSignal
{
    private readonly string _run;
    private volatile State _state = new(0);

    public QueueSignal(ChangeFeed feed, TimeProvider clock)
    {
        _run = clock.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
        feed.Listen(changes =>
        {
            if (changes.Any(change => change.Queued))
            {
                Raise();
            }
        });
    }

    /// <summary>Take it before looking at the queue: what comes later has a later version.</summary>
    public string Version => TextOf(_state);

    /// <summary>Also for changes of runners and settings that may let a job go where it could not.</summary>
    public void Raise()
    {
        State before;
        do
        {
            before = _state;
        }
        while (Interlocked.CompareExchange(ref _state, new State(before.Number + 1), before) != before);
        before.Passed.TrySetResult();
    }

    /// <summary>Completes when the version is no longer <paramref name="version"/>; false when <paramref name="longest"/> went by.</summary>
    public async Task<bool> WaitAsync(string version, TimeSpan longest, TimeProvider clock, CancellationToken cancellation)
    {
        var state = _state;
        if (TextOf(state) != version)
        {
            return true;
        }

        try
        {
            await state.Passed.Task.WaitAsync(longest, clock, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private string TextOf(State state) => $"{_run}-{state.Number.ToString(CultureInfo.InvariantCulture)}";

    private sealed record State(long Number)
    {
        public TaskCompletionSource Passed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
