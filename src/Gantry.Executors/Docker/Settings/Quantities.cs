using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Gantry.Executors.Docker.Settings;

/// <summary>Sizes and shares as the docker settings write them.</summary>
internal static class Quantities
{
    private static readonly BigInteger Billion = 1_000_000_000;
    private static readonly SearchValues<char> NumberParts = SearchValues.Create("0123456789. ");

    /// <summary>
    /// Bytes of a size such as <c>512m</c>, <c>1.5g</c>, <c>64MiB</c> or <c>1000</c>; units are binary whatever their spelling.
    /// Empty is 0, which the engine reads as no limit.
    /// </summary>
    /// <exception cref="FormatException">Not a size.</exception>
    public static long Bytes(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        var end = text.AsSpan().LastIndexOfAny(NumberParts) + 1;
        var number = text[..end].TrimEnd(' ');
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            throw new FormatException($"invalid size: '{text}' (expected a number with a unit b, k, m or g, such as 512m)");
        }

        return (long)(value * Unit(text[end..].ToLowerInvariant(), text));
    }

    /// <summary>Billionths of a processor in <c>2</c>, <c>0.25</c> or <c>1/3</c>; empty is 0.</summary>
    /// <exception cref="FormatException">Not a number.</exception>
    public static long NanoCpus(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        var parts = text.Split('/');
        if (parts.Length <= 2 && TryRational(parts[0], out var top) && TryRational(parts.Length == 2 ? parts[1] : "1", out var bottom)
            && !bottom.Numerator.IsZero)
        {
            return (long)(top.Numerator * bottom.Denominator * Billion / (top.Denominator * bottom.Numerator));
        }

        throw new FormatException($"failed to parse {text} as a rational number (expected a form such as 2, 0.5 or 3/2)");
    }

    private static long Unit(string suffix, string text) => suffix switch
    {
        "" or "b" => 1,
        "k" or "kb" or "kib" => 1L << 10,
        "m" or "mb" or "mib" => 1L << 20,
        "g" or "gb" or "gib" => 1L << 30,
        "t" or "tb" or "tib" => 1L << 40,
        "p" or "pb" or "pib" => 1L << 50,
        _ => throw new FormatException($"invalid suffix: '{suffix}' in '{text}' (expected b, k, m or g)"),
    };

    private static bool TryRational(string text, out (BigInteger Numerator, BigInteger Denominator) value)
    {
        value = default;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var scale = 1m;
        for (; number != decimal.Truncate(number) && scale < 1_000_000_000_000m; scale *= 10)
        {
            number *= 10;
        }

        value = ((BigInteger)number, (BigInteger)scale);
        return true;
    }
}
