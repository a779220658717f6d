using System.Text;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Engine.Traces;
using Gantry.Runner.Links;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Links;

/// <summary>A log on its way to a server in trouble, over real HTTP: no byte and no final state may be lost (official-job-protocol §1.14, §2).</summary>
public sealed class TraceFaultTests : IAsyncLifetime
{
    private const int Limit = 120_000;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private FakeCoordinator _server = null!;
    private FakeJob _job = null!;
    private GitLabClient _client = null!;
    private TraceSpool _spool = null!;
    private bool _aborted;
    private int _cancelled;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeCoordinator.StartAsync();
        _job = _server.Add(SamplePayloads.Job(4));
        _client = Some.Client(_server, _time);
        _spool = TraceSpool.Open(Path.Combine(_folder.Path, "trace.log"), limitBytes: null);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _spool.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string, Fault> Troubles() => new()
    {
        { "400", new Fault.Status(400) },
        { "408", new Fault.Status(408) },
        { "409", new Fault.Status(409) },
        { "411", new Fault.Status(411) },
        { "416 with nothing to go by", new Fault.Status(416) },
        { "416 from the begin", new Fault.Status(416) { Headers = Range("0-0") } },
        { "429", new Fault.Status(429) { Headers = new Dictionary<string, string> { ["Retry-After"] = "1" } } },
        { "500", new Fault.Status(500) },
        { "500 after the effect", new Fault.Status(500) { AfterEffect = true } },
        { "502", new Fault.Status(502) },
        { "503", new Fault.Status(503) },
        { "504 after the effect", new Fault.Status(504) { AfterEffect = true } },
        { "200 instead of 202", new Fault.Status(200) },
        { "202 with another interval", new Fault.Status(202) { AfterEffect = true, Headers = new Dictionary<string, string> { ["X-GitLab-Trace-Update-Interval"] = "10" } } },
        { "reset", new Fault.Reset(AfterEffect: false) },
        { "reset after the effect", new Fault.Reset(AfterEffect: true) },
        { "cut in the answer's body", new Fault.Truncated(202, "text/plain", "some") { AfterEffect = true } },
    };

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Troubles))]
    public async Task Every_answer_to_a_patch_but_an_abort_leaves_the_log_whole(string name, Fault fault)
    {
        _server.Break("PATCH jobs/4/trace", fault, times: 7);

        await SendAsync(lines: 40, step: 1);

        Assert.True(Expected(40) == Encoding.UTF8.GetString(_job.Trace), $"{name}: the log differs");
        Assert.Equal(("success", false), (_job.State, _aborted));
    }

    public static TheoryData<string, Fault> TroublesOfTheEnd() => new()
    {
        { "202", new Fault.Status(202) },
        { "400", new Fault.Status(400) },
        { "409", new Fault.Status(409) },
        { "412", new Fault.Status(412) },
        { "429", new Fault.Status(429) },
        { "500", new Fault.Status(500) },
        { "502 after the effect", new Fault.Status(502) { AfterEffect = true } },
        { "503", new Fault.Status(503) },
        { "reset", new Fault.Reset(AfterEffect: false) },
        { "reset after the effect", new Fault.Reset(AfterEffect: true) },
    };

    [Theory(Timeout = Limit)]
    [MemberData(nameof(TroublesOfTheEnd))]
    public async Task Every_answer_to_the_final_state_but_an_abort_is_outlasted(string name, Fault fault)
    {
        _server.Break("PUT jobs/4", fault, times: 3);

        await SendAsync(lines: 5, step: 1);

        Assert.True(Expected(5) == Encoding.UTF8.GetString(_job.Trace), $"{name}: the log differs");
        Assert.Equal(("success", false), (_job.State, _aborted));
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_that_is_unknown_for_a_moment_at_the_end_keeps_the_end_of_its_log()
    {
        await using var sender = Sender();
        sender.Start();
        _spool.Append(Encoding.UTF8.GetBytes(Expected(5)));
        // As a proxy answers whose server is being replaced.
        _server.Break("PATCH jobs/4/trace", new Fault.Status(404), times: 2);

        await FinishAsync(sender);

        Assert.Equal(Expected(5), Encoding.UTF8.GetString(_job.Trace));
    }

    [Fact(Timeout = Limit)]
    public async Task A_wish_to_cancel_is_obeyed_once_and_the_log_goes_on()
    {
        _server.Break("PATCH jobs/4/trace", new Fault.Status(202) { AfterEffect = true, Headers = Job("canceling") }, times: 1000);

        await SendAsync(lines: 20, step: 1);

        Assert.Equal((1, false), (_cancelled, _aborted));
        Assert.Equal(Expected(20), Encoding.UTF8.GetString(_job.Trace));
    }

    [Theory(Timeout = Limit)]
    [InlineData(403, null)]
    [InlineData(202, "canceled")]
    [InlineData(202, "failed")]
    public async Task A_refusal_ends_the_job_and_is_no_reason_to_repeat(int status, string? job)
    {
        _server.Break("PATCH jobs/4/trace", new Fault.Status(status) { Headers = job is null ? [] : Job(job) }, times: 1000);

        await SendAsync(lines: 5, step: 1);

        Assert.True(_aborted);
        Assert.Equal("success", _job.State);
        Assert.InRange(_server.Requests.Count(request => request.Method == "PATCH"), 1, 2);
    }

    [Fact(Timeout = Limit)]
    public async Task A_server_that_lost_the_log_gets_it_again()
    {
        await using var sender = Sender();
        sender.Start();
        for (var line = 0; line < 30; line++)
        {
            _spool.Append(Encoding.UTF8.GetBytes(Line(line)));
            if (line == 20)
            {
                await _time.PumpUntilAsync(() => _job.Trace.Length > 100, TimeSpan.FromSeconds(3));
                _job.CutTrace(17);
            }
        }

        await FinishAsync(sender);

        Assert.Equal(Expected(30), Encoding.UTF8.GetString(_job.Trace));
    }

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task With_every_third_call_failing_at_random_nothing_is_lost(int seed)
    {
        var random = new Random(seed);
        Fault[] faults =
        [
            new Fault.Status(500), new Fault.Status(503) { AfterEffect = true }, new Fault.Reset(AfterEffect: false),
            new Fault.Reset(AfterEffect: true), new Fault.Truncated(202, "text/plain", "x") { AfterEffect = true }, new Fault.Status(416),
        ];
        foreach (var fault in faults)
        {
            // The server asks the predicates one after the other: 30 % in all.
            _server.Break(request => IsReport(request) && Hit(random, 0.3 / faults.Length), fault, times: int.MaxValue);
        }

        await SendAsync(lines: 3000, step: 40);

        Assert.Equal(Expected(3000), Encoding.UTF8.GetString(_job.Trace));
        Assert.Equal("success", _job.State);
    }

    private static Dictionary<string, string> Job(string status) => new() { ["Job-Status"] = status };

    private static Dictionary<string, string> Range(string value) => new() { ["Range"] = value };

    private static bool IsReport(RecordedRequest request) => request.Method is "PATCH" or "PUT";

    private static bool Hit(Random random, double share)
    {
        lock (random)
        {
            return random.NextDouble() < share;
        }
    }

    private static string Line(int number) => $"line {number}: täglich grüßt das Log\n";

    private static string Expected(int lines) => string.Concat(Enumerable.Range(0, lines).Select(Line));

    private async Task SendAsync(int lines, int step)
    {
        await using var sender = Sender();
        sender.Start();
        for (var line = 0; line < lines; line++)
        {
            _spool.Append(Encoding.UTF8.GetBytes(Line(line)));
            if (line % step == 0)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }

        await FinishAsync(sender);
    }

    private Task<FinishResult> FinishAsync(TraceSender sender) => _time.PumpAsync(
        sender.FinishAsync(new FinalUpdate { State = JobUpdateState.Success }, Token), TimeSpan.FromSeconds(5));

    private TraceSender Sender()
    {
        var link = new GitLabJobLink(_client, 4, new Secret(_job.Payload.Token), Some.Identity, new RecordingLogger<GitLabClient>());
        var settings = new TraceSenderSettings { Cancel = () => _cancelled++, Abort = () => _aborted = true, FinalUpdateTries = 1000 };
        return new TraceSender(_spool, link, settings, _time);
    }
}
