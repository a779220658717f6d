namespace Gantry.Coordinator.Web.Repository;

/// <summary>A line of a patch.</summary>
/// <param name="Kind"><c>add</c>, <c>del</c>, <c>hunk</c> or empty for context.</param>
/// <param name="Text">Without the sign.</param>
/// <param name="Old">Its number before; null for new lines.</param>
/// <param name="New">Its number now; null for lines that are gone.</param>
internal sealed record PatchLine(string Kind, string Text, int? Old, int? New);

/// <summary>The patch of git, cut into files and lines.</summary>
internal static class Patch
{
    /// <summary>The lines of each file, by its place in the patch.</summary>
    public static IReadOnlyList<IReadOnlyList<PatchLine>> Parse(string text)
    {
        var files = new List<List<PatchLine>>();
        var (before, now) = (0, 0);
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("diff --git ", StringComparison.Ordinal))
            {
                files.Add([]);
                (before, now) = (0, 0);
            }
            else if (files.Count > 0 && line.StartsWith("@@ ", StringComparison.Ordinal))
            {
                (before, now) = Starts(line);
                files[^1].Add(new PatchLine("hunk", line, null, null));
            }
            else if (files.Count > 0 && (before > 0 || now > 0) && line.Length > 0)
            {
                files[^1].Add(line[0] switch
                {
                    '+' => new PatchLine("add", line[1..], null, now++),
                    '-' => new PatchLine("del", line[1..], before++, null),
                    ' ' => new PatchLine("", line[1..], before++, now++),
                    _ => new PatchLine("hunk", line, null, null),
                });
            }
        }

        return files;
    }

    // @@ -12,7 +12,8 @@ …; a file that begins or ends to exist has -0,0 or +0,0.
    private static (int Before, int Now) Starts(string line)
    {
        var parts = line.Split(' ', 4);
        return parts.Length < 3 ? (1, 1) : (Math.Max(1, Number(parts[1])), Math.Max(1, Number(parts[2])));
    }

    private static int Number(string range) =>
        int.TryParse(range.AsSpan(1, (range.IndexOf(',', StringComparison.Ordinal) is > 0 and var end ? end : range.Length) - 1), out var number) ? number : 1;
}
