namespace Gantry.Executors.Autoscaling;

/// <summary>Instances that were asked for and are not there yet, and when the next ones may be asked for. Not thread-safe.</summary>
internal sealed class ScalerGrowth
{
    /// <summary>An instance that was asked for and was not seen for so long is not waited for any more.</summary>
    public static readonly TimeSpan RequestedFor = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    private readonly Queue<DateTimeOffset> _requested = new();
    private readonly TokenBucket _growth = new();
    private readonly TokenBucket _promises = new();
    private int _asking;
    private int _early;
    private int _failures;
    private DateTimeOffset _pausedUntil;

    public int Count => _asking - _early + _requested.Count;

    /// <summary>Some are to come.</summary>
    public bool IsExpecting => Count > 0;

    public bool IsPaused(DateTimeOffset now) => now < _pausedUntil;

    /// <summary>Those that may be asked for now.</summary>
    public int Begin(int wanted, ScalerRules rules, DateTimeOffset now)
    {
        var count = IsPaused(now) ? 0 : _growth.Take(wanted, rules.Throttle.Limit, rules.Burst, now);
        _asking += count;
        return count;
    }

    /// <summary>The provider has answered.</summary>
    public void End(int asked, int promised, DateTimeOffset now)
    {
        _asking -= asked;
        var early = Math.Min(_early, promised);
        _early = _asking == 0 ? 0 : _early - early;
        for (var i = early; i < promised; i++)
        {
            _requested.Enqueue(now);
        }

        if (promised == 0)
        {
            Failed(now);
        }
    }

    /// <summary>One of them works.</summary>
    public void Worked() => _failures = 0;

    /// <summary>None was promised, or one came to nothing: the next ones wait a while.</summary>
    public void Failed(DateTimeOffset now)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(_failures++, 10));
        _pausedUntil = now + (pause < LongestPause ? pause : LongestPause);
    }

    /// <summary>One of them is there, perhaps before the provider has said that it will come.</summary>
    public void Came()
    {
        if (!_requested.TryDequeue(out _) && _early < _asking)
        {
            _early++;
        }
    }

    public void Forget(DateTimeOffset now)
    {
        while (_requested.TryPeek(out var asked) && now - asked > RequestedFor)
        {
            _requested.Dequeue();
        }
    }

    /// <summary>A job may be asked for although its instance must be made first.</summary>
    public bool MayPromise(ScalerRules rules, DateTimeOffset now) =>
        !rules.ThrottlesReservations || _promises.Take(1, rules.Throttle.Limit, Math.Max(1, rules.Burst), now) == 1;
}
