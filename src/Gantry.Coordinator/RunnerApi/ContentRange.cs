using System.Globalization;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>The runner's <c>Content-Range: first-last</c>: no unit, no total, the last byte included.</summary>
internal readonly record struct ContentRange(long First, long Last)
{
    public static ContentRange? Parse(string? header)
    {
        var parts = header?.Split('-', 2);
        return parts is [var first, var last]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to)
                ? new ContentRange(from, to)
                : null;
    }

    /// <summary>Very old runners name the byte after the last one.</summary>
    public bool Fits(long length) => Last - First + 1 == length || Last - First == length;
}
