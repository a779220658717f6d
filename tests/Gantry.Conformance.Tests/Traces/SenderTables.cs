using System.Text;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Links;
using Gantry.Engine.Traces;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Tables;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Conformance.Tests.Traces;

/// <summary>The tables of job-updates.json that are the sender's: intervals and the final checksum.</summary>
public sealed class SenderTables : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-conformance-").FullName;
    private int _logs;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Tables("job-updates", "force-send-interval")]
    public void Force_send_interval() => Cases.Run(7, (input, expected) =>
        Assert.Equal(
            expected.GetProperty("force_send_interval_s").GetDouble(),
            TraceSender.ForceSendAfter(
                TimeSpan.FromSeconds(input.GetProperty("update_interval_s").GetDouble()),
                input.GetProperty("FF_USE_DYNAMIC_TRACE_FORCE_SEND_INTERVAL").GetBoolean()).TotalSeconds));

    [Fact]
    [Tables("job-updates", "interval-change")]
    public void Interval_change() => Cases.Run(4, (input, expected) =>
    {
        var initial = TimeSpan.FromSeconds(input.GetProperty("initial_s").GetDouble());
        var requested = TimeSpan.FromSeconds(input.GetProperty("requested_s").GetDouble());
        var patch = Enum.Parse<PatchResult>(input.GetProperty("patch_state").GetString()!, ignoreCase: true);
        var update = Enum.Parse<UpdateResult>(input.GetProperty("update_state").GetString()!, ignoreCase: true);

        Assert.Equal(expected.GetProperty("after_patch_s").GetDouble(), Ticked(initial, "x", link =>
            link.PatchAnswers.Enqueue(new PatchAnswer(patch, 1, false, requested))));
        Assert.Equal(expected.GetProperty("after_keep_alive_s").GetDouble(), Ticked(initial, "", link =>
            link.UpdateAnswers.Enqueue(new UpdateAnswer(update, false, requested))));
        Assert.Equal(expected.GetProperty("after_final_s").GetDouble(), Finished(update, requested));
    });

    [Fact]
    [Tables("job-updates", "final-output")]
    public void Final_output() => Cases.Run(1, (input, expected) =>
    {
        using var spool = Spool(input.GetProperty("trace").GetString()!);
        Assert.Equal(
            new TraceDigest(expected.GetProperty("bytesize").GetInt64(), expected.GetProperty("checksum").GetString()!), spool.Digest);
    });

    private double Ticked(TimeSpan initial, string trace, Action<ScriptedJobLink> script)
    {
        using var spool = Spool(trace);
        var link = new ScriptedJobLink();
        script(link);
        var time = new FakeTimeProvider();
        var sender = new TraceSender(spool, link, Settings(initial), time);
        sender.Start();
        time.Advance(TimeSpan.FromSeconds(31));
        return sender.Interval.TotalSeconds;
    }

    private double Finished(UpdateResult update, TimeSpan requested)
    {
        using var spool = Spool("x");
        var link = new ScriptedJobLink();
        link.UpdateAnswers.Enqueue(new UpdateAnswer(update, false, requested));
        var sender = new TraceSender(spool, link, Settings(TimeSpan.FromSeconds(3)), new FakeTimeProvider());
        var finish = sender.FinishAsync(new FinalUpdate { State = JobUpdateState.Success }, CancellationToken.None);
        Assert.True(finish.IsCompleted);
        return sender.Interval.TotalSeconds;
    }

    private static TraceSenderSettings Settings(TimeSpan interval) =>
        new() { Interval = interval, Cancel = () => { }, Abort = () => { } };

    private TraceSpool Spool(string text)
    {
        var spool = TraceSpool.Open(Path.Combine(_folder, $"{_logs++}"), null);
        spool.Append(Encoding.UTF8.GetBytes(text));
        return spool;
    }
}
