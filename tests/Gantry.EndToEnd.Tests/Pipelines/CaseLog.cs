using System.Text.RegularExpressions;

namespace Gantry.EndToEnd.Tests.Pipelines;

/// <summary>The lines of a raw log as the cases mean them: no time stamps, markers, escapes or trailing blanks.</summary>
internal static partial class CaseLog
{
    public static List<string> Read(string path)
    {
        var joined = new List<string>();
        foreach (var raw in File.ReadAllText(path).Split('\n'))
        {
            var stamp = Stamp().Match(raw);
            if (stamp.Groups["continued"].Value == "+" && joined.Count > 0)
            {
                joined[^1] += raw[stamp.Length..];
            }
            else
            {
                joined.Add(raw[stamp.Length..]);
            }
        }

        return [.. joined.Select(line => Escape().Replace(Marker().Replace(line, ""), "").TrimEnd().Split('\r')[^1])];
    }

    [GeneratedRegex(@"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [0-9a-f]{2}[OE](?<continued>[ +]))?")]
    private static partial Regex Stamp();

    [GeneratedRegex("section_(start|end):[0-9]+:[^\r]*\r")]
    private static partial Regex Marker();

    [GeneratedRegex("\e\\[[0-9;]*[A-Za-z]")]
    private static partial Regex Escape();
}
