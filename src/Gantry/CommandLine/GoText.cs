using System.Buffers;
using System.Globalization;

namespace Gantry.CommandLine;

/// <summary>Values in the spelling that Go's flag package accepts.</summary>
internal static class GoText
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static (bool Value, string? Problem) Boolean(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => (true, null),
        "0" or "f" or "F" or "false" or "FALSE" or "False" => (false, null),
        _ => (false, $"'{text}' is not a boolean; use true or false"),
    };

    public static (bool? Value, string? Problem) OptionalBoolean(string text)
    {
        var (value, problem) = Boolean(text);
        return (value, problem);
    }

    public static (long Value, string? Problem) Integer(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? (value, null)
            : (0, $"'{text}' is not a whole number");

    /// <summary><c>1h30m</c>, <c>90s</c>, <c>1.5h</c>, <c>500ms</c>; a bare number only when it is 0.</summary>
    public static (TimeSpan Value, string? Problem) Duration(string text) =>
        TryDuration(text, out var value) ? (value, null) : (default, $"'{text}' is not a duration; use forms such as 90s, 30m or 1h30m");

    private static bool TryDuration(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
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

        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            {
                return false;
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            var unit = letters < 0 ? rest : rest[..letters];
            rest = letters < 0 ? [] : rest[letters..];
            if (UnitMilliseconds(unit) is not { } scale)
            {
                return false;
            }

            value += TimeSpan.FromMilliseconds(amount * scale);
        }

        value = negative ? -value : value;
        return true;
    }

    private static double? UnitMilliseconds(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1e-6,
        "us" or "µs" => 1e-3,
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => null,
    };
}
