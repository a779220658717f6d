using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>start_in</c> and <c>timeout</c>.</summary>
internal static class JobTiming
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(7);

    public static TimeSpan? Delay(YamlNode? node, Scope scope)
    {
        if (node is not YamlScalar { IsNull: false } scalar || Duration.Parse(scalar.Text) is not { } delay)
        {
            scope.About(node, "start in", "should be a duration", "for example 30 minutes");
            return null;
        }

        if (delay > LongestDelay)
        {
            scope.About(node, "start in", "should not exceed the limit", "one week at most");
        }

        return delay;
    }

    public static TimeSpan? Timeout(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node is YamlScalar scalar && Duration.Parse(scalar.Text) is { } timeout)
        {
            return timeout;
        }

        scope.Config(node, "should be a duration", "for example 1h 30m");
        return null;
    }
}
