namespace Gantry.Coordinator.Web.Logs;

/// <summary>Text attributes of ECMA-48 SGR that a browser can show.</summary>
[Flags]
internal enum LogAttributes
{
    None = 0,
    Bold = 1,
    Faint = 2,
    Italic = 4,
    Underline = 8,
    Inverse = 16,
    Conceal = 32,
    Strike = 64,
}

/// <summary>How a stretch of log text looks.</summary>
/// <param name="Attributes">Bold, italic and so on.</param>
/// <param name="Foreground">See <see cref="LogColour"/>; 0 is the console's own.</param>
/// <param name="Background">See <see cref="LogColour"/>; 0 is the console's own.</param>
internal readonly record struct LogStyle(LogAttributes Attributes, int Foreground, int Background)
{
    public bool IsPlain => this == default;
}

/// <summary>Colours as one number: 0 none, 1..256 xterm palette entry plus one, with bit 24 set a 24-bit RGB value.</summary>
internal static class LogColour
{
    private const int TrueColour = 1 << 24;

    public static int Palette(int index) => index + 1;

    public static int Rgb(int red, int green, int blue) => TrueColour | (red << 16) | (green << 8) | blue;

    public static bool IsRgb(int colour) => (colour & TrueColour) != 0;

    /// <returns>Palette entry 0..255, or -1 for none and RGB.</returns>
    public static int PaletteIndex(int colour) => IsRgb(colour) ? -1 : colour - 1;

    /// <returns><c>#rrggbb</c> of an RGB colour.</returns>
    public static string Hex(int colour) => $"#{colour & 0xFFFFFF:x6}";
}
