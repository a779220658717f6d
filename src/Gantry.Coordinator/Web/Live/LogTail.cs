using Gantry.Coordinator.Traces;
using Gantry.Coordinator.Web.Logs;

namespace Gantry.Coordinator.Web.Live;

/// <summary>The end of a log, for pages that show why a job failed.</summary>
internal static class LogTail
{
    // Enough for the lines asked for in all but strange logs; the beginning of a long log is not read.
    private const int Bytes = 64 * 1024;

    /// <summary>The last lines that say something; the runner's closing remarks are among them.</summary>
    public static async Task<IReadOnlyList<LogLine>> ReadAsync(TraceStore traces, long jobId, int lines, CancellationToken cancellation)
    {
        await using var file = traces.OpenRead(jobId);
        if (file is null)
            return [];

        var skipped = Math.Max(0, file.Length - Bytes);
        file.Position = skipped;
        var buffer = new byte[Bytes];
        var count = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        var text = buffer.AsSpan(0, count);
        if (skipped > 0 && text.IndexOf((byte)'\n') is >= 0 and var end)
            text = text[(end + 1)..];

        var parser = new LogParser();
        parser.Append(text);
        parser.Complete();
        var last = new SortedDictionary<int, LogLine>();
        foreach (var line in parser.TakeChanges().Lines)
            last[line.Number] = line;
        return [.. last.Values.Where(line => !string.IsNullOrWhiteSpace(line.Text)).TakeLast(lines)];
    }
}
