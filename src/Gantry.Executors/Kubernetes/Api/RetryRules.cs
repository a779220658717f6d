namespace Gantry.Executors.Kubernetes.Api;

/// <summary>How often a call that failed is tried again (official-executors §14.1): by the text of its error.</summary>
/// <param name="Limit">Tries in all.</param>
/// <param name="LongestWait">Between two tries.</param>
/// <param name="Limits">Pieces of error texts, and the tries that such an error gets.</param>
internal sealed record RetryRules(int Limit, TimeSpan LongestWait, IReadOnlyDictionary<string, long> Limits)
{
    private const int DefaultLimit = 5;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(500);

    private static readonly string[] Passing =
    [
        "error dialing backend", "TLS handshake timeout", "read: connection timed out", "connect: connection timed out", "Timeout occurred",
        "etcdserver: request timed out", "http2: client connection lost", "connection refused", "tls: internal error", "unexpected EOF",
        "connection reset by peer", "software caused connection abort", "broken pipe",
    ];

    /// <param name="limit">As configured; 0 or less: 5.</param>
    /// <param name="backoffMax">Milliseconds, as configured; 0 or less: 2000; never below 500.</param>
    /// <param name="limits">As configured.</param>
    public static RetryRules Of(long limit, long backoffMax, IReadOnlyDictionary<string, long> limits)
    {
        var longest = TimeSpan.FromMilliseconds(backoffMax <= 0 ? 2_000 : backoffMax);
        return new RetryRules(limit <= 0 ? DefaultLimit : (int)Math.Min(limit, int.MaxValue), longest < ShortestWait ? ShortestWait : longest, limits);
    }

    /// <summary>Tries that a call gets whose error has this text; 1: none but the first.</summary>
    /// <param name="text">The error's.</param>
    /// <param name="isTransient">It is known to pass, whatever it says.</param>
    public int TriesFor(string text, bool isTransient = false)
    {
        foreach (var (piece, tries) in Limits)
        {
            if (text.Contains(piece, StringComparison.Ordinal))
            {
                return (int)Math.Clamp(tries, 1, int.MaxValue);
            }
        }

        return isTransient || Passing.Any(piece => text.Contains(piece, StringComparison.OrdinalIgnoreCase)) ? Limit : 1;
    }

    /// <param name="attempt">From 1: the one that has just failed.</param>
    public TimeSpan WaitAfter(int attempt)
    {
        var wait = ShortestWait * Math.Pow(2, Math.Min(attempt - 1, 16));
        return wait < LongestWait ? wait : LongestWait;
    }
}
