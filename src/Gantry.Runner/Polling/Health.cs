namespace Gantry.Runner.Polling;

/// <summary>
/// Whether an entry may be polled: some refused requests in a row switch it off until the interval since the last good
/// one is over; then one try is made with a fresh count (official-job-protocol §1.8). Thread-safe.
/// </summary>
internal sealed class Health(int limit, TimeSpan interval, TimeProvider time)
{
    private readonly Lock _gate = new();
    private int _refused;
    private long _last = time.GetTimestamp();

    /// <summary>Without asking for a try.</summary>
    public bool IsHealthy
    {
        get
        {
            lock (_gate)
            {
                return _refused < limit;
            }
        }
    }

    /// <summary>May this entry be polled now? A true answer after the interval begins the count anew.</summary>
    public HealthState Check()
    {
        lock (_gate)
        {
            if (_refused < limit)
            {
                return HealthState.Healthy;
            }

            if (time.GetElapsedTime(_last) <= interval)
            {
                return HealthState.Disabled;
            }

            _refused = 0;
            _last = time.GetTimestamp();
            return HealthState.CheckedAgain;
        }
    }

    /// <returns>True when this answer is the one that switches the entry off.</returns>
    public bool Mark(bool healthy)
    {
        lock (_gate)
        {
            if (healthy)
            {
                _refused = 0;
                _last = time.GetTimestamp();
                return false;
            }

            _refused++;
            return _refused == limit;
        }
    }
}

internal enum HealthState
{
    Healthy,

    /// <summary>The interval is over: one try.</summary>
    CheckedAgain,
    Disabled,
}
