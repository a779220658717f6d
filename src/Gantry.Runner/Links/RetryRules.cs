using System.Globalization;

namespace Gantry.Runner.Links;

/// <summary>When a call is repeated, and after how long (official-job-protocol §1.4).</summary>
internal static class RetryRules
{
    public const int MaxAttempts = 5;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>501 and 505 to 511 are final on purpose: the official runner does not repeat them either.</summary>
    public static bool IsRetriable(int status) => status is 408 or 429 or 500 or 502 or 503 or 504 or >= 512;

    /// <param name="rateLimitReset">Header <c>RateLimit-ResetTime</c>, an RFC 1123 date.</param>
    /// <param name="retryAfter">Header <c>Retry-After</c>; only whole seconds count.</param>
    /// <param name="attempt">0 after the first answer.</param>
    /// <param name="now">Of the clock that waits.</param>
    /// <param name="jitter">From 0 to 1.</param>
    public static TimeSpan WaitAfter(string? rateLimitReset, string? retryAfter, int attempt, DateTimeOffset now, double jitter)
    {
        if (DateTimeOffset.TryParseExact(
                rateLimitReset, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var reset)
            && reset > now)
        {
            return reset - now;
        }

        if (int.TryParse(retryAfter, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(Math.Max(0, seconds));
        }

        var ceiling = Math.Min(Shortest.TotalMilliseconds * Math.Pow(2, attempt), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Shortest.TotalMilliseconds + jitter * (ceiling - Shortest.TotalMilliseconds));
    }
}
