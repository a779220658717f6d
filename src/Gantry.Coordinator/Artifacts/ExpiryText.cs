using Gantry.Pipelines.Entries;

namespace Gantry.Coordinator.Artifacts;

/// <summary><c>expire_in</c> as a time: a duration from now, <c>never</c>, or the instance's default when nothing is said.</summary>
internal static class ExpiryText
{
    // GitLab's default for new instances.
    private static readonly TimeSpan Default = TimeSpan.FromDays(30);

    /// <summary>Null when the artifact is kept for good. A text that is no duration counts as not said.</summary>
    public static DateTimeOffset? From(string? text, DateTimeOffset now) => text?.Trim().ToLowerInvariant() switch
    {
        "never" or "0" => null,
        null or "" => now + Default,
        var duration => now + (Duration.Parse(duration) is { } parsed && parsed > TimeSpan.Zero && parsed < TimeSpan.FromDays(36_500) ? parsed : Default),
    };
}
