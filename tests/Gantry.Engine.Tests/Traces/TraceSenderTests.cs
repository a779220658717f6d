using System.Text;
using Gantry.Engine.Links;
using Gantry.Engine.Traces;
using Gantry.Protocol;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Engine;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Engine.Tests.Traces;

public sealed class TraceSenderTests : IAsyncDisposable
{
    private const int Megabyte = 1024 * 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-sender-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 22, 10, 11, 12, TimeSpan.Zero));
    private readonly ScriptedJobLink _link = new();
    private readonly TraceSpool _spool;
    private readonly List<long> _sent = [];
    private readonly List<TraceSender> _senders = [];
    private int _cancels;
    private int _aborts;

    public TraceSenderTests() => _spool = TraceSpool.Open(Path.Combine(_folder, "trace"), null);

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders)
        {
            await sender.DisposeAsync();
        }

        _spool.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void New_bytes_go_out_each_interval()
    {
        var sender = Started();
        Append("one");
        Assert.Empty(_link.Patches);

        Advance(3);
        Append("two");
        Advance(2.9);
        Advance(0.1);
        Advance(3);

        Assert.Equal([(0L, "one", false), (3L, "two", false)], _link.Patches);
        Assert.Equal([3, 6], _sent);
        Assert.Empty(_link.Updates);
    }

    [Fact]
    public void Only_one_megabyte_goes_out_per_tick_until_the_server_names_an_interval()
    {
        var sender = Started();
        _spool.Append(new byte[3 * Megabyte]);

        Advance(3);

        Assert.Equal(Megabyte, sender.SentOffset);
    }

    [Fact]
    public void Several_full_patches_go_out_per_tick_when_the_server_named_an_interval()
    {
        _link.PatchAnswers.Enqueue(new PatchAnswer(PatchResult.Succeeded, 1, false, TimeSpan.FromSeconds(60)));
        var sender = Started();
        Append("x");
        Advance(3);
        _spool.Append(new byte[20 * Megabyte]);

        Advance(60);
        Assert.Equal(1 + (8L * Megabyte), sender.SentOffset);
        Advance(60);
        Advance(60);

        Assert.Equal(1 + (20L * Megabyte), sender.SentOffset);
        Assert.Equal(_link.Patches.Select(patch => patch.Offset).Order(), _link.Patches.Select(patch => patch.Offset));
    }

    [Fact]
    public void A_keep_alive_goes_out_when_nothing_was_sent_for_more_than_half_a_minute()
    {
        var sender = Started();
        Append("log");
        Advance(3);

        for (var tick = 0; tick < 10; tick++)
        {
            Advance(3);
        }

        Assert.Empty(_link.Updates);
        Advance(3);
        var update = Assert.Single(_link.Updates);
        Assert.Equal(JobUpdateState.Running, update.State);
        Assert.Equal(3, update.ByteSize);
        Assert.Equal(_spool.Digest.Checksum, update.Checksum);

        Advance(3);
        Assert.Single(_link.Updates);
    }

    [Fact]
    public void A_range_mismatch_moves_to_the_servers_offset()
    {
        _link.PatchAnswers.Enqueue(null);
        _link.PatchAnswers.Enqueue(new PatchAnswer(PatchResult.RangeMismatch, 2, false, null));
        var sender = Started();
        Append("0123");
        Advance(3);
        Append("45");
        Advance(3);

        Assert.Equal(2, sender.SentOffset);
        Advance(3);

        Assert.Equal((2L, "2345", false), _link.Patches[^1]);
        Assert.Equal("012345", _link.Trace);
    }

    [Theory]
    [InlineData(PatchResult.Failed)]
    [InlineData(PatchResult.NotFound)]
    public void A_failed_patch_is_repeated_with_the_next_tick(PatchResult result)
    {
        _link.PatchAnswers.Enqueue(new PatchAnswer(result, 0, false, null));
        var sender = Started();
        Append("0123");

        Advance(3);
        Advance(3);

        Assert.Equal([(0L, "0123", false), (0L, "0123", false)], _link.Patches);
        Assert.Equal(0, _aborts);
    }

    [Fact]
    public void A_cancel_is_passed_on_once_and_the_log_goes_on()
    {
        _link.PatchAnswers.Enqueue(new PatchAnswer(PatchResult.Succeeded, 1, true, null));
        _link.PatchAnswers.Enqueue(new PatchAnswer(PatchResult.Succeeded, 2, true, null));
        var sender = Started();
        Append("a");
        Advance(3);
        Append("b");
        Advance(3);
        Append("c");
        Advance(3);

        Assert.Equal(1, _cancels);
        Assert.Equal(3, _link.Patches.Count);
    }

    [Fact]
    public void An_abort_ends_the_loop()
    {
        _link.PatchAnswers.Enqueue(new PatchAnswer(PatchResult.Abort, 0, false, null));
        var sender = Started();
        Append("a");
        Advance(3);
        Append("b");
        Advance(300);

        Assert.Equal(1, _aborts);
        Assert.Single(_link.Patches);
        Assert.Empty(_link.Updates);
    }

    [Fact]
    public void A_keep_alive_can_abort_too()
    {
        _link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.Abort, false, null));
        var sender = Started();

        Advance(30);
        Advance(3);
        Advance(3);

        Assert.Equal(1, _aborts);
    }

    [Fact(Timeout = 30_000)]
    public async Task Finishing_sends_the_rest_at_once_and_then_the_state()
    {
        var sender = Started(debugTrace: true);
        _spool.Append(new byte[2 * Megabyte]);
        Append("end");

        var result = await sender.FinishAsync(
            new FinalUpdate { State = JobUpdateState.Failed, FailureReason = FailureReason.ScriptFailure, ExitCode = 7 },
            TestContext.Current.CancellationToken);

        Assert.Equal(FinishResult.Delivered, result);
        Assert.Equal([0, Megabyte, 2 * Megabyte], _link.Patches.Select(patch => patch.Offset));
        Assert.All(_link.Patches, patch => Assert.True(patch.DebugTrace));
        var update = Assert.Single(_link.Updates);
        Assert.Equal(
            new JobUpdate
            {
                State = JobUpdateState.Failed,
                FailureReason = FailureReason.ScriptFailure,
                ExitCode = 7,
                Checksum = _spool.Digest.Checksum,
                ByteSize = (2 * Megabyte) + 3,
            },
            update);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "35")]
    public async Task A_server_that_still_stores_the_log_is_asked_again_after_its_interval()
    {
        _link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.AcceptedNotCompleted, false, TimeSpan.FromSeconds(7)));
        var sender = Started();
        Append("x");

        await sender.StopAsync();
        var finish = sender.FinishAsync(Success, TestContext.Current.CancellationToken);
        Advance(6);
        Assert.Single(_link.Updates);
        Advance(1);

        Assert.Equal(FinishResult.Delivered, await finish);
        Assert.Equal(2, _link.Updates.Count);
        Assert.Single(_link.Patches);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_rejected_log_is_sent_again_from_the_first_byte()
    {
        _link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.LogRejected, false, null));
        var sender = Started();
        Append("whole log");

        await sender.StopAsync();
        var finish = sender.FinishAsync(Success, TestContext.Current.CancellationToken);
        Advance(3);

        Assert.Equal(FinishResult.Delivered, await finish);
        Assert.Equal([(0L, "whole log", false), (0L, "whole log", false)], _link.Patches);
        Assert.Equal([9, 0, 9], _sent);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_job_that_is_gone_ends_the_report()
    {
        for (var i = 0; i < 3; i++)
        {
            _link.PatchAnswers.Enqueue(new PatchAnswer(PatchResult.NotFound, 0, false, null));
        }

        _link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.Abort, true, null));
        var sender = Started();
        Append("x");

        Assert.Equal(FinishResult.Refused, await _time.PumpAsync(sender.FinishAsync(Success, TestContext.Current.CancellationToken), TimeSpan.FromSeconds(1)));

        Assert.Equal((3, 1), (_link.Patches.Count, _link.Updates.Count));
        Assert.Equal((0, 0), (_cancels, _aborts));
    }

    [Fact(Timeout = 30_000)]
    public async Task Failures_are_retried_with_growing_pauses_and_then_given_up()
    {
        for (var i = 0; i < 4; i++)
        {
            _link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.Failed, false, null));
        }

        var pauses = new List<double>();
        var last = _time.GetTimestamp();
        _link.OnUpdate = _ =>
        {
            pauses.Add(_time.GetElapsedTime(last).TotalSeconds);
            last = _time.GetTimestamp();
            return Task.CompletedTask;
        };
        var sender = Started(tries: 4);

        await sender.StopAsync();
        var finish = sender.FinishAsync(Success, TestContext.Current.CancellationToken);
        for (var second = 0; second < 60 && !finish.IsCompleted; second++)
        {
            Advance(1);
        }

        Assert.Equal(FinishResult.GaveUp, await finish);
        Assert.Equal([0, 3 + 1, 3 + 2, 3 + 4], pauses);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_never_agrees_on_the_offset_does_not_hold_the_job_for_ever()
    {
        for (var i = 0; i < 1000; i++)
        {
            _link.PatchAnswers.Enqueue(new PatchAnswer(PatchResult.RangeMismatch, 0, false, null));
        }

        var sender = Started(tries: 1);
        Append("x");
        await sender.StopAsync();
        var finish = sender.FinishAsync(Success, TestContext.Current.CancellationToken);
        for (var second = 0; second < 200 && !finish.IsCompleted; second++)
        {
            Advance(1);
        }

        Assert.Equal(FinishResult.GaveUp, await finish);
    }

    [Fact(Timeout = 30_000)]
    public async Task Finishing_twice_reports_once()
    {
        var sender = Started();
        await sender.FinishAsync(Success, TestContext.Current.CancellationToken);

        Assert.Equal(FinishResult.Delivered, await sender.FinishAsync(Success, TestContext.Current.CancellationToken));

        Assert.Single(_link.Updates);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_later_process_goes_on_where_the_journal_says()
    {
        Append("0123456789");
        var sender = Started(sentOffset: 6);

        await sender.FinishAsync(Success, TestContext.Current.CancellationToken);

        Assert.Equal((6L, "6789", false), Assert.Single(_link.Patches));
    }

    [Fact(Timeout = 30_000)]
    public async Task Stopping_reports_nothing()
    {
        var sender = Started();
        Append("x");

        await sender.StopAsync().WaitAsync(TestContext.Current.CancellationToken);
        Advance(300);

        Assert.Empty(_link.Patches);
        Assert.Empty(_link.Updates);
    }

    private static FinalUpdate Success => new() { State = JobUpdateState.Success };

    private TraceSender Started(bool debugTrace = false, int tries = 10, long sentOffset = 0)
    {
        var settings = new TraceSenderSettings
        {
            SentOffset = sentOffset,
            DebugTrace = debugTrace,
            FinalUpdateTries = tries,
            Cancel = () => _cancels++,
            Abort = () => _aborts++,
            Sent = _sent.Add,
        };
        var sender = new TraceSender(_spool, _link, settings, _time);
        sender.Start();
        _senders.Add(sender);
        return sender;
    }

    private void Append(string text) => _spool.Append(Encoding.UTF8.GetBytes(text));

    /// <summary>The link answers at once, so all that follows a timer runs inside the advance.</summary>
    private void Advance(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
