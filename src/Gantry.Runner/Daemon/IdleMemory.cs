using Gantry.Engine.Processes;

namespace Gantry.Runner.Daemon;

/// <summary>
/// Gives back what the start and jobs needed: a runner waits most of its life, and the collector keeps memory for the next burst
/// unless it is asked. Once per quiet time, never while a job runs. Thread-safe.
/// </summary>
/// <param name="time">Of the daemon.</param>
/// <param name="release">Collects everything and returns the pages; takes some milliseconds.</param>
internal sealed class IdleMemory(TimeProvider time, Action release)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private int _running;
    private bool _used = true;
    private long _idleSince = time.GetTimestamp();

    public static void ReleaseAll()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ProgramPages.Release();
    }

    public void Received()
    {
        lock (_gate)
        {
            _running++;
            _used = true;
        }
    }

    public void Ended()
    {
        lock (_gate)
        {
            _running--;
            _idleSince = time.GetTimestamp();
        }
    }

    /// <summary>Once per tick.</summary>
    public void Check()
    {
        lock (_gate)
        {
            if (!_used || _running > 0 || time.GetElapsedTime(_idleSince) < Quiet)
            {
                return;
            }

            _used = false;
        }

        release();
    }
}
