using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gantry.Runner.Configuration;

/// <summary>Durations in Go's writing: <c>1h30m</c>, <c>1.5h</c>, <c>500ms</c>. A bare number is refused, except 0.</summary>
public static class GoDuration
{
    private const double TicksPerNanosecond = 1.0 / TimeSpan.NanosecondsPerTick;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ];

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
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

        if (rest.IsEmpty)
        {
            return false;
        }

        double nanoseconds = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0
                || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var length = rest.IndexOfAny(Digits);
            var unit = length < 0 ? rest : rest[..length];
            if (UnitOf(unit) is not { } size)
            {
                return false;
            }

            nanoseconds += number * size;
            rest = rest[unit.Length..];
        }

        if (nanoseconds >= long.MaxValue)
        {
            return false;
        }

        value = FromNanoseconds(negative ? -nanoseconds : nanoseconds);
        return true;
    }

    /// <summary>One tick is 100 ns; what is smaller is rounded.</summary>
    public static TimeSpan FromNanoseconds(double nanoseconds) => TimeSpan.FromTicks((long)Math.Round(nanoseconds * TicksPerNanosecond));

    /// <summary>As Go prints it: <c>15m0s</c>, <c>1h0m0s</c>, <c>1.5s</c>, <c>500ms</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder(value < TimeSpan.Zero ? "-" : "");
        var left = value.Duration();
        if (left < TimeSpan.FromSeconds(1))
        {
            var (amount, unit) = left >= TimeSpan.FromMilliseconds(1) ? (left.TotalMilliseconds, "ms")
                : left >= TimeSpan.FromMicroseconds(1) ? (left.TotalMicroseconds, "µs")
                : (left.TotalNanoseconds, "ns");
            return text.Append(amount.ToString("0.######", CultureInfo.InvariantCulture)).Append(unit).ToString();
        }

        var hours = (long)left.TotalHours;
        if (hours > 0)
        {
            text.Append(hours).Append('h');
        }

        if (hours > 0 || left.Minutes > 0)
        {
            text.Append(left.Minutes).Append('m');
        }

        var seconds = left.Seconds + (left.Ticks % TimeSpan.TicksPerSecond / (double)TimeSpan.TicksPerSecond);
        return text.Append(seconds.ToString("0.#######", CultureInfo.InvariantCulture)).Append('s').ToString();
    }

    private static double? UnitOf(ReadOnlySpan<char> name)
    {
        foreach (var (unit, size) in Units)
        {
            if (name.SequenceEqual(unit))
            {
                return size;
            }
        }

        return null;
    }
}
