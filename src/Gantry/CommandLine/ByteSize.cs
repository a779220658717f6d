using System.Globalization;

namespace Gantry.CommandLine;

/// <summary>Sizes as people write them: <c>500MB</c>, <c>20 GB</c>, <c>1.5GiB</c>, <c>4096</c>.</summary>
internal static class ByteSize
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>False when it is no size.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        var number = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ");
        var unit = text[number.Length..].Trim().ToUpperInvariant();
        var binary = unit.EndsWith("IB", StringComparison.Ordinal);
        var power = Array.IndexOf(Units, unit switch
        {
            "" or "B" => "B",
            { Length: 1 } => unit + "B",
            _ => binary ? unit[..1] + "B" : unit,
        });
        bytes = 0;
        if (power < 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        for (; power > 0; power--)
        {
            value *= binary ? 1024 : 1000;
        }

        bytes = value <= long.MaxValue ? (long)value : long.MaxValue;
        return true;
    }

    /// <summary>Such as <c>1.2 GB</c>.</summary>
    public static string Text(long bytes)
    {
        var (value, power) = ((double)bytes, 0);
        for (; value >= 1000 && power < Units.Length - 1; power++)
        {
            value /= 1000;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[power]}");
    }
}
