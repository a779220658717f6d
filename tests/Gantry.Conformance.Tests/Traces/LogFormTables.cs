using System.Globalization;
using System.Text;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Traces;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Traces;

public sealed class LogFormTables : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-conformance-").FullName;
    private int _logs;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // The tables split, split-partial and step-runner belong to native steps, which are not offered.
    [Fact]
    [Tables("log-timestamps", "write")]
    public void Time_stamps() => Cases.Run(6, (input, expected) =>
    {
        var clock = new ListedClock([.. input.Strings("clock")]);
        var sink = new SinkStage();
        var stamper = new LineStamper(
            sink,
            input.GetProperty("stream_number").GetByte(),
            input.GetProperty("stream_type").GetString() == "E",
            input.GetProperty("timestamps").GetBoolean() ? clock : null);
        foreach (var write in input.Strings("writes"))
        {
            stamper.Write(Encoding.UTF8.GetBytes(write));
            stamper.EndWrite();
        }

        if (!input.TryGetProperty("closed", out var closed) || closed.GetBoolean())
        {
            stamper.Close();
        }

        if (input.TryGetProperty("close_twice", out var twice) && twice.GetBoolean())
        {
            stamper.Close();
        }

        Assert.Equal(expected.GetString(), sink.Text);
    });

    [Fact]
    [Tables("log-sections")]
    public void Sections() => Cases.Run(3, (input, expected) =>
    {
        var text = Log(
            new JobLogSettings { Timestamps = false, Sections = !input.GetProperty("skip_metrics").GetBoolean() },
            log => log.Section(input.GetProperty("name").GetString()!).Dispose());
        Assert.All(expected.Strings("contains"), part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.All(expected.Strings("not_contains"), part => Assert.DoesNotContain(part, text, StringComparison.Ordinal));
    });

    [Fact]
    [Tables("trace-buffer-limit")]
    public void Size_limit() => Cases.Run(7, (input, expected) =>
    {
        using var spool = TraceSpool.Open(Path.Combine(_folder, $"{_logs++}"), 4 * 1024 * 1024);
        foreach (var step in input.GetProperty("steps").EnumerateArray())
        {
            if (step.TryGetProperty("limit", out var limit))
            {
                spool.LimitTo(limit.GetInt64());
            }
            else if (step.TryGetProperty("write", out var text))
            {
                for (var time = 0; time < step.GetProperty("times").GetInt32(); time++)
                {
                    spool.Append(Encoding.UTF8.GetBytes(text.GetString()!));
                }
            }
            else
            {
                spool.Seal();
            }
        }

        Assert.Equal(expected.GetProperty("content").GetString(), Text(spool));
        Assert.Equal(
            new TraceDigest(expected.GetProperty("size").GetInt64(), expected.GetProperty("checksum").GetString()!), spool.Digest);
    });

    private static string Text(TraceSpool spool)
    {
        var bytes = new byte[spool.Size];
        spool.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private string Log(JobLogSettings settings, Action<JobLog> write)
    {
        using var spool = TraceSpool.Open(Path.Combine(_folder, $"{_logs++}"), null);
        var log = new JobLog(spool, settings, TimeProvider.System);
        write(log);
        log.Close();
        return Text(spool);
    }

    /// <summary>Each reading takes the next time of a list.</summary>
    private sealed class ListedClock(string[] times) : TimeProvider
    {
        private int _next;

        public override DateTimeOffset GetUtcNow() =>
            DateTimeOffset.Parse(times[Math.Min(_next++, times.Length - 1)], CultureInfo.InvariantCulture);
    }
}
