using System.Text.RegularExpressions;

namespace Gantry.Logs;

/// <summary>Text for something that is not a terminal.</summary>
internal static partial class PlainText
{
    public static string WithoutEscapes(string line) => Escape().Replace(line, "");

    [GeneratedRegex("\e\\[[0-9;]*[A-Za-z]")]
    private static partial Regex Escape();
}
