using System.Text.RegularExpressions;

namespace Gantry.Engine.Tests.Running;

/// <summary>What a reader sees of a stored log.</summary>
internal static partial class LogText
{
    public static string Plain(string log) => Marker().Replace(Colour().Replace(Stamp().Replace(log, ""), ""), "");

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[\d:.]+Z [0-9a-f]{2}[OE][ +]", RegexOptions.Multiline)]
    private static partial Regex Stamp();

    [GeneratedRegex(@"\e\[[0-9;]*[mK]")]
    private static partial Regex Colour();

    [GeneratedRegex(@"section_(start|end):\d+:[a-z_]+\r?\n?")]
    private static partial Regex Marker();
}
