using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Daemon;

/// <summary>When <c>run-single</c> leaves by itself. Thread-safe.</summary>
internal sealed partial class RunLimits(SingleRun single, TimeProvider time, Action leave, ILogger logger)
{
    private readonly Lock _gate = new();
    private int _received;
    private int _running;
    private long _idleSince = time.GetTimestamp();
    private bool _left;

    public void Received()
    {
        lock (_gate)
        {
            _received++;
            _running++;
            if (single.MaxBuilds > 0 && _received >= single.MaxBuilds && !_left)
            {
                _left = true;
                Log.Limit(logger);
                leave();
            }
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
            if (!_left && _running == 0 && single.WaitTimeout > TimeSpan.Zero && time.GetElapsedTime(_idleSince) >= single.WaitTimeout)
            {
                _left = true;
                Log.Waited(logger, (long)single.WaitTimeout.TotalSeconds);
                leave();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "This runner has processed its build limit, so now exiting")]
        public static partial void Limit(ILogger logger);

        [LoggerMessage(LogLevel.Information, "This runner has not received a job in {seconds} seconds, so now exiting")]
        public static partial void Waited(ILogger logger, long seconds);
    }
}
