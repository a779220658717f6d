namespace Gantry.Runner.Polling;

/// <summary>
/// How many job requests of one token may be on the way at once: <c>request_concurrency</c>, adapted to what the server
/// answers (official-job-protocol §1.8): more after a job, less after an empty answer, half after a retried one.
/// Thread-safe.
/// </summary>
internal sealed class RequestGate(int configured, bool adaptive)
{
    private readonly Lock _gate = new();
    private readonly int _configured = Math.Max(1, configured);
    private double _limit = 1;
    private int _inFlight;

    /// <summary>Requests allowed right now.</summary>
    public int UsedLimit
    {
        get
        {
            lock (_gate)
            {
                return adaptive ? (int)Math.Ceiling(_limit) : _configured;
            }
        }
    }

    /// <summary>The adapted limit before rounding.</summary>
    public double AdaptiveLimit
    {
        get
        {
            lock (_gate)
            {
                return _limit;
            }
        }
    }

    public int HardLimit => _configured;

    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight;
            }
        }
    }

    public bool TryEnter()
    {
        lock (_gate)
        {
            var used = adaptive ? (int)Math.Ceiling(_limit) : _configured;
            if (_inFlight >= used)
            {
                return false;
            }

            _inFlight++;
            return true;
        }
    }

    public void Leave(bool gotJob, bool retried)
    {
        lock (_gate)
        {
            _inFlight--;
            Adapt(retried ? 0.5 : gotJob ? 1.1 : 0.95);
        }
    }

    private void Adapt(double factor) => _limit = Math.Clamp(_limit * factor, 1, _configured);
}
