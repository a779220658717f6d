using System.Collections.Concurrent;
using System.Net;

namespace Gantry.Coordinator.Access;

/// <summary>At most ten failed attempts a minute from one address, to sign in or to register a runner. Thread-safe; forgets what is older.</summary>
internal sealed class AttemptLimit(TimeProvider clock)
{
    private const int Allowed = 10;

    // More addresses than this at once is an attack from many: all wait for the minute to pass.
    private const int Remembered = 10_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<IPAddress, Failures> _failures = new();

    public bool IsOpen(IPAddress? from)
    {
        var now = clock.GetUtcNow();
        if (_failures.Count >= Remembered)
        {
            foreach (var (address, old) in _failures.Where(entry => now - entry.Value.Since > Window))
                _failures.TryRemove(new(address, old));
        }

        return _failures.Count < Remembered
            && (!_failures.TryGetValue(from ?? IPAddress.None, out var failures) || failures.Count < Allowed || now - failures.Since > Window);
    }

    public void Failed(IPAddress? from)
    {
        var now = clock.GetUtcNow();
        _failures.AddOrUpdate(
            from ?? IPAddress.None,
            _ => new Failures(1, now),
            (_, known) => now - known.Since > Window ? new Failures(1, now) : known with { Count = known.Count + 1 });
    }

    private sealed record Failures(int Count, DateTimeOffset Since);
}
