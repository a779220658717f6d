using System.Globalization;

namespace Gantry.Engine.Archives;

/// <summary>
/// The text of <c>TRANSFER_METER_FREQUENCY</c> (official-job-protocol §7.2): decimal units, a carriage return in front, blanks
/// behind to cover the longer line before it.
/// </summary>
public static class TransferMeter
{
    private const string Prefixes = "KMGTPE";
    private const int Unit = 1000;

    /// <summary>One update.</summary>
    /// <param name="label"><c>Uploading artifacts</c>, <c>Downloading cache</c>, …</param>
    /// <param name="transferred">Bytes so far.</param>
    /// <param name="total">Bytes in all; null when unknown.</param>
    /// <param name="elapsed">Since the start.</param>
    /// <param name="done">The last update, which ends the line.</param>
    public static string Line(string label, long transferred, long? total, TimeSpan elapsed, bool done)
    {
        var known = total is > 0 ? "/" + Bytes((ulong)total.Value) : "";
        return $"\r{label} {Bytes((ulong)transferred)}{known} ({Rate((ulong)transferred, elapsed)}){new string(' ', 16)}{(done ? "\n" : "")}";
    }

    /// <summary><c>1 B</c>, <c>1.10 KB</c>.</summary>
    public static string Bytes(ulong bytes) =>
        Scale(bytes, out var prefix) is var value && prefix == '\0'
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B")
            : string.Create(CultureInfo.InvariantCulture, $"{Fixed(value, 2)} {prefix}B");

    /// <summary><c>5 B/s</c>, <c>1.5 KB/s</c>: whole bytes per second, then scaled.</summary>
    public static string Rate(ulong bytes, TimeSpan elapsed)
    {
        // Less than a tick counts as a nanosecond, as officially; it only avoids a division by zero.
        var perSecond = (ulong)(bytes / Math.Max(1e-9, elapsed.TotalSeconds));
        return Scale(perSecond, out var prefix) is var value && prefix == '\0'
            ? string.Create(CultureInfo.InvariantCulture, $"{perSecond} B/s")
            : string.Create(CultureInfo.InvariantCulture, $"{Fixed(value, 1)} {prefix}B/s");
    }

    // Go rounds an exact tie to the even digit, .NET away from zero; both take all other values as they are in binary.
    private static string Fixed(double value, int digits)
    {
        var isTie = value * 8 == Math.Floor(value * 8) && value * Math.Pow(10, digits) % 1 == 0.5;
        var shown = isTie ? Math.Round(value, digits, MidpointRounding.ToEven) : value;
        return shown.ToString($"F{digits}", CultureInfo.InvariantCulture);
    }

    private static double Scale(ulong bytes, out char prefix)
    {
        prefix = '\0';
        if (bytes < Unit)
        {
            return bytes;
        }

        ulong divisor = Unit;
        var exponent = 0;
        for (var rest = bytes / Unit; rest >= Unit; rest /= Unit)
        {
            divisor *= Unit;
            exponent++;
        }

        prefix = Prefixes[exponent];
        return (double)bytes / divisor;
    }
}
