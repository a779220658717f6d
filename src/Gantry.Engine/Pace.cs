namespace Gantry.Engine;

/// <summary>A wait that something may end early: capacity became free, the file was reloaded, a machine is ready. Thread-safe.</summary>
/// <param name="time">The clock.</param>
public sealed class Pace(TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends all waits that run now.</summary>
    public void Wake()
    {
        TaskCompletionSource woken;
        lock (_gate)
        {
            woken = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        woken.TrySetResult();
    }

    /// <summary>What to await when a change after this call must not be missed.</summary>
    public Task Next()
    {
        lock (_gate)
        {
            return _changed.Task;
        }
    }

    /// <summary>Waits for the time or for <paramref name="change"/>, whichever is first.</summary>
    /// <param name="longest">Not above zero: not at all.</param>
    /// <param name="change">Of <see cref="Next"/>.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public async Task WaitAsync(TimeSpan longest, Task change, CancellationToken cancellationToken)
    {
        if (longest <= TimeSpan.Zero)
        {
            return;
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(longest, time, both.Token);
        await Task.WhenAny(delay, change);
        await both.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
