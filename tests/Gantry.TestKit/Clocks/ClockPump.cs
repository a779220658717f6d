using Microsoft.Extensions.Time.Testing;

namespace Gantry.TestKit.Clocks;

/// <summary>
/// Moves a fake clock while real sockets work: a test says how far the clock goes between two looks, and the waits of the
/// product end in their order without anybody sleeping for their length.
/// </summary>
public static class ClockPump
{
    /// <summary>Advances by <paramref name="step"/> until the task ends.</summary>
    public static async Task<T> PumpAsync<T>(this FakeTimeProvider clock, Task<T> task, TimeSpan step)
    {
        await clock.PumpAsync((Task)task, step);
        return await task;
    }

    /// <inheritdoc cref="PumpAsync{T}"/>
    public static async Task PumpAsync(this FakeTimeProvider clock, Task task, TimeSpan step)
    {
        while (!task.IsCompleted)
        {
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, CancellationToken.None));
            if (!task.IsCompleted)
            {
                clock.Advance(step);
            }
        }

        await task;
    }

    /// <summary>Advances by <paramref name="step"/> until the condition holds.</summary>
    public static Task PumpUntilAsync(this FakeTimeProvider clock, Func<bool> condition, TimeSpan step) =>
        clock.PumpAsync(UntilAsync(condition), step);

    /// <summary>Looks again and again, without moving any clock.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, CancellationToken.None);
        }
    }
}
