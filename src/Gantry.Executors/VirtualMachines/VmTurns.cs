using System.Collections.Concurrent;

namespace Gantry.Executors.VirtualMachines;

/// <summary>
/// Who may work with a machine now: a job with its own, a copy being made with the original, one at a time in this process. The
/// programs themselves refuse a second one, with an error that a job would end with.
/// </summary>
internal static class VmTurns
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    public static async Task<IDisposable> EnterAsync(string what, CancellationToken cancellationToken)
    {
        var gate = GateOf(what);
        await gate.WaitAsync(cancellationToken);
        return new Turn(gate);
    }

    /// <summary>Null: somebody else is in.</summary>
    public static IDisposable? TryEnter(string what)
    {
        var gate = GateOf(what);
        return gate.Wait(TimeSpan.Zero) ? new Turn(gate) : null;
    }

    private static SemaphoreSlim GateOf(string what) => Gates.GetOrAdd(what, static _ => new SemaphoreSlim(1, 1));

    private sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        private int _over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
            {
                gate.Release();
            }
        }
    }
}
