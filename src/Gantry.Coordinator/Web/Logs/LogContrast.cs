namespace Gantry.Coordinator.Web.Logs;

/// <summary>Makes a text colour readable on the console's background (WCAG 2.2: 4.5 to 1), by mixing in white.</summary>
internal static class LogContrast
{
    /// <summary>Background of the console; the same value stands in the stylesheet as <c>--console</c>.</summary>
    public const int Console = 0x12151C;

    private const double Enough = 4.5;

    public static int Lift(int colour)
    {
        for (var white = 0; white < 100; white += 4)
        {
            var mixed = LogColour.Rgb(Mix(colour >> 16, white), Mix(colour >> 8, white), Mix(colour, white));
            if (Ratio(mixed, Console) >= Enough)
                return mixed;
        }

        return LogColour.Rgb(255, 255, 255);
    }

    /// <summary>Contrast of two colours, 1 to 21; only the low 24 bits are looked at.</summary>
    public static double Ratio(int one, int other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static int Mix(int channel, int white)
    {
        var value = channel & 0xFF;
        return value + ((255 - value) * white / 100);
    }

    private static double Luminance(int colour) =>
        (0.2126 * Linear(colour >> 16)) + (0.7152 * Linear(colour >> 8)) + (0.0722 * Linear(colour));

    private static double Linear(int channel)
    {
        var value = (channel & 0xFF) / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }
}
