namespace Gantry.Coordinator.Web.Logs;

/// <summary>A stretch of a line with one look and at most one link.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="Length">UTF-16 units, at least one.</param>
/// <param name="Style">Its look.</param>
/// <param name="Link">The whole address this stretch is part of; null outside links.</param>
internal readonly record struct LogSegment(int Start, int Length, LogStyle Style, string? Link);

/// <summary>Cuts a line where its look changes and where links begin and end.</summary>
internal static class LogSegments
{
    public static IEnumerable<LogSegment> Of(LogLine line)
    {
        var links = LogLinks.Find(line.Text);
        if (line.Runs.Count == 0 && links.Count == 0)
            return line.Text.Length == 0 ? [] : [new LogSegment(0, line.Text.Length, default, null)];
        return Cut(line, links);
    }

    private static IEnumerable<LogSegment> Cut(LogLine line, IReadOnlyList<(int Start, int Length)> links)
    {
        int at = 0, run = 0, link = 0;
        while (at < line.Text.Length)
        {
            while (run < line.Runs.Count && line.Runs[run].Start + line.Runs[run].Length <= at)
                run++;
            while (link < links.Count && links[link].Start + links[link].Length <= at)
                link++;

            var end = line.Text.Length;
            var style = default(LogStyle);
            if (run < line.Runs.Count)
                (style, end) = At(at, line.Runs[run].Start, line.Runs[run].Length, end) is var (inside, stop) && inside
                    ? (line.Runs[run].Style, stop) : (default, stop);
            string? address = null;
            if (link < links.Count)
            {
                var (inside, stop) = At(at, links[link].Start, links[link].Length, end);
                end = stop;
                address = inside ? line.Text.Substring(links[link].Start, links[link].Length) : null;
            }

            yield return new LogSegment(at, end - at, style, address);
            at = end;
        }
    }

    private static (bool Inside, int Stop) At(int at, int start, int length, int end) =>
        at >= start ? (true, Math.Min(end, start + length)) : (false, Math.Min(end, start));
}
