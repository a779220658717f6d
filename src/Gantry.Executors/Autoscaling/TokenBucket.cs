namespace Gantry.Executors.Autoscaling;

/// <summary>So many at once, and so many per second. Not thread-safe.</summary>
internal sealed class TokenBucket
{
    private double _tokens;
    private DateTimeOffset? _filled;

    /// <returns>How many of those wanted there are now.</returns>
    /// <param name="wanted">At most.</param>
    /// <param name="limit">Per second; below 0: any number.</param>
    /// <param name="burst">That the bucket holds.</param>
    /// <param name="now">The time.</param>
    public int Take(int wanted, int limit, int burst, DateTimeOffset now)
    {
        if (limit < 0 || wanted <= 0)
        {
            return wanted;
        }

        _tokens = _filled is { } filled ? Math.Min(burst, _tokens + ((now - filled).TotalSeconds * limit)) : burst;
        _filled = now;
        var taken = (int)Math.Min(wanted, Math.Floor(_tokens));
        _tokens -= taken;
        return taken;
    }
}
