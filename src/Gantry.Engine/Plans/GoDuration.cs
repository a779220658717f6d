using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gantry.Engine.Plans;

/// <summary>
/// Duration texts in Go's syntax, which GitLab uses in settings and messages: <c>1h15m</c>, <c>90s</c>, <c>1.5h</c>,
/// <c>-10m</c>. There are no days.
/// </summary>
public static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Ticks)[] Units =
    [
        // Longest first where one unit begins with another.
        ("ns", 0.01), ("us", 10), ("µs", 10), ("μs", 10), ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
        {
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return true;
        }

        var ticks = 0.0;
        var any = false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0
                || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || UnitAt(rest[digits..]) is not { } unit)
            {
                return false;
            }

            ticks += number * unit.Ticks;
            rest = rest[(digits + unit.Unit.Length)..];
            any = true;
        }

        if (!any || ticks > long.MaxValue / 2.0)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)Math.Round(negative ? -ticks : ticks));
        return true;
    }

    /// <summary>Go's text: <c>1h0m0s</c>, <c>5m0s</c>, <c>1.5s</c>, <c>100ms</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        var span = duration.Duration();
        if (span < TimeSpan.FromSeconds(1))
        {
            return span < TimeSpan.FromMilliseconds(1)
                ? text.Append(CultureInfo.InvariantCulture, $"{span.TotalMicroseconds:0.#######}µs").ToString()
                : text.Append(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.#######}ms").ToString();
        }

        var hours = (long)span.TotalHours;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (span >= TimeSpan.FromMinutes(1))
        {
            text.Append(CultureInfo.InvariantCulture, $"{span.Minutes}m");
        }

        var seconds = span.Seconds + (span.Ticks % TimeSpan.TicksPerSecond / (double)TimeSpan.TicksPerSecond);
        return text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#######}s").ToString();
    }

    private static (string Unit, double Ticks)? UnitAt(ReadOnlySpan<char> text)
    {
        var letters = text.IndexOfAny(Digits);
        var name = letters < 0 ? text : text[..letters];
        foreach (var unit in Units)
        {
            if (name.SequenceEqual(unit.Unit))
            {
                return unit;
            }
        }

        return null;
    }
}
