using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.Coordinator.Traces;

/// <summary>Finds the coverage that a job's log tells, by the pattern of its configuration: the last number that the last match holds.</summary>
internal static partial class CoverageText
{
    // The summary of a test run stands at its end.
    private const int Tail = 8 * 1024 * 1024;

    /// <summary>Null when the pattern is none or nothing matches. Patterns run in time linear in the log: they are a stranger's.</summary>
    public static async Task<double?> FindAsync(FileStream log, string pattern, CancellationToken cancellation)
    {
        if (Compile(pattern) is not { } regex)
        {
            return null;
        }

        log.Position = Math.Max(0, log.Length - Tail);
        var bytes = new byte[(int)(log.Length - log.Position)];
        var count = await log.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return Encoding.UTF8.GetString(bytes, 0, count).Split('\n').Reverse().Select(line => Number(regex, Decoration().Replace(line.TrimEnd('\r'), ""))).FirstOrDefault(found => found is not null);
    }

    private static double? Number(Regex regex, string line)
    {
        if (regex.Matches(line) is not { Count: > 0 } matches)
        {
            return null;
        }

        var last = matches[^1];
        var text = last.Groups.Count > 1 ? last.Groups[^1].Value : last.Value;
        return Digits().Match(text) is { Success: true } number ? double.Parse(number.Value, CultureInfo.InvariantCulture) : null;
    }

    private static Regex? Compile(string pattern)
    {
        try
        {
            // RE2 writes named groups with a P.
            return new Regex(pattern.Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    // The runner's time stamp of a line, and colours: patterns are written for what the tool printed.
    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+Z [0-9a-f]{2}[OE][+ ]?|\x1b\[[0-9;]*[A-Za-z]")]
    private static partial Regex Decoration();

    [GeneratedRegex(@"\d+(\.\d+)?", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();
}
