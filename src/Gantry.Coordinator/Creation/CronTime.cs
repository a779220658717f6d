using Cronos;

namespace Gantry.Coordinator.Creation;

/// <summary>Cron lines of five fields in a time zone: when they come next, and what is wrong with them.</summary>
internal static class CronTime
{
    /// <summary>Field to message, in GitLab's words; empty when both are good.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Problems(string cron, string zone)
    {
        if (!CronExpression.TryParse(cron, CronFormat.Standard, out _))
        {
            yield return new("cron", "is invalid syntax");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            yield return new("cron_timezone", "is invalid syntax");
        }
    }

    /// <summary>The first time after <paramref name="after"/>; null when it never comes, or when the line or the zone is wrong.</summary>
    public static DateTimeOffset? Next(string cron, string zone, DateTimeOffset after) =>
        CronExpression.TryParse(cron, CronFormat.Standard, out var expression) && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var place)
            ? expression.GetNextOccurrence(after, place)?.ToUniversalTime()
            : null;
}
