using System.Collections.Concurrent;
using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Protocol;
using Gantry.Runner.Configuration;
using Gantry.Runner.Daemon;
using Gantry.Runner.Links;
using Gantry.Runner.Registration;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Daemon;

public sealed class RunnerDaemonTests : IAsyncLifetime
{
    private const int Limit = 60_000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 22, 10, 0, 0, TimeSpan.Zero));
    private readonly RecordingLogger<GitLabClient> _log = new();
    private readonly DaemonSignals _signals = new();
    private readonly ConcurrentDictionary<long, Running> _running = new();
    private FakeCoordinator _server = null!;
    private RunnerDaemon _daemon = null!;
    private GitLabClients _clients = null!;
    private Task _run = Task.CompletedTask;

    public async ValueTask InitializeAsync() => _server = await FakeCoordinator.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (!_run.IsCompleted)
        {
            _signals.Stop("terminated");
            _signals.Stop("terminated");
            await Record.ExceptionAsync(() => _time.PumpAsync(_run, Step));
        }

        _daemon?.Dispose();
        _clients?.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task Jobs_are_fetched_run_and_logged()
    {
        Start(Entry());
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);

        _running[1].End(new JobVerdict.Succeeded());
        await Logged("Removed job from processing list");

        Assert.Contains("Job succeeded", _log.Messages);
        var line = _log.Entries.Single(e => e.Message == "Added job to processing list");
        Assert.Equal((1L, 7L, "fake-runn", "one"), (line.Fields["job"], line.Fields["project"], line.Fields["runner"], line.Fields["runner_name"]));
        Assert.Equal("https://gitlab.example.com/group/shop.git", line.Fields["repo_url"]);
        Assert.Equal(_folder.File("state/jobs"), _running[1].Assignment.JournalRoot);
    }

    [Fact(Timeout = Limit)]
    public async Task No_more_jobs_than_concurrent_run_and_the_next_one_follows_at_once()
    {
        Start("concurrent = 2\n" + Entry());
        for (var id = 1; id <= 3; id++)
        {
            _server.Enqueue(SamplePayloads.Job(id));
        }

        await Begun(2);
        await Pump(TimeSpan.FromMinutes(1));
        Assert.Equal([1, 2], _running.Keys.Order());

        var before = _time.GetUtcNow();
        _running[1].End(new JobVerdict.Succeeded());
        await Begun(3);
        Assert.True(_time.GetUtcNow() - before < TimeSpan.FromSeconds(3));
        Assert.Equal((0, 0), (_running[3].Assignment.Numbers.Runner, _running[3].Assignment.Numbers.Project));
    }

    [Fact(Timeout = Limit)]
    public async Task A_limit_keeps_an_entry_from_more()
    {
        Start("concurrent = 5\n" + Entry() + "limit = 1\n");
        _server.Enqueue(SamplePayloads.Job(1));
        _server.Enqueue(SamplePayloads.Job(2));

        await Begun(1);
        await Pump(TimeSpan.FromMinutes(1));

        Assert.Equal([1], _running.Keys);
    }

    [Fact(Timeout = Limit)]
    public async Task An_idle_server_is_asked_once_per_interval()
    {
        Start("check_interval = 10\n" + Entry());

        await Pump(TimeSpan.FromSeconds(95));

        Assert.InRange(_server.Requests.Count, 8, 11);
    }

    [Fact(Timeout = Limit)]
    public async Task Long_polls_keep_no_slot_and_are_not_asked_for_when_slots_are_scarce()
    {
        _server.Runners["glrt-second"] = 2;
        Start("concurrent = 1\n" + Entry() + Entry("two", "glrt-second"));
        await ClockPump.UntilAsync(() => _server.Requests.Count > 0);
        await Pump(TimeSpan.FromSeconds(30));

        Assert.DoesNotContain(_server.Requests, r => r.Json.TryGetProperty("last_update", out _));
        Assert.Equal(2, _server.Requests.Select(r => r.Header("RUNNER-TOKEN")).Distinct().Count());
    }

    [Fact(Timeout = Limit)]
    public async Task With_room_for_everybody_the_server_may_hold_the_request()
    {
        _server.LongPoll = TimeSpan.FromMinutes(1);
        Start("concurrent = 4\n" + Entry());
        await ClockPump.UntilAsync(() => _server.Requests.Count >= 1);
        await Pump(TimeSpan.FromSeconds(10));
        Assert.True(_server.Requests[1].Json.TryGetProperty("last_update", out _));

        _server.Enqueue(SamplePayloads.Job(1));

        await Begun(1);
    }

    [Fact(Timeout = Limit)]
    public async Task Three_refusals_stop_the_polling_for_an_hour()
    {
        _server.Runners.Clear();
        Start(Entry());

        await Pump(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1));
        Assert.Equal(3, _server.Requests.Count);
        Assert.Contains(_log.Messages, m => m.EndsWith("is unhealthy and will be disabled for 1h0m0s seconds!", StringComparison.Ordinal));

        await Pump(TimeSpan.FromMinutes(55), TimeSpan.FromSeconds(5));
        Assert.True(_server.Requests.Count > 3);
        Assert.Contains(_log.Messages, m => m.EndsWith("is not healthy, but will be checked!", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task A_changed_file_is_taken_over_and_a_broken_one_is_not()
    {
        Start(Entry());
        await ClockPump.UntilAsync(() => _server.Requests.Count > 0);

        Write("concurrent = [\n");
        await Logged("Failed to load config", prefix: true);
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);

        _server.Runners["glrt-second"] = 2;
        Write("concurrent = 5\n" + Entry("two", "glrt-second"));
        await _time.PumpUntilAsync(() => _log.Messages.Count(m => m == "Configuration loaded") == 2, Step);
        _server.Enqueue(SamplePayloads.Job(2));
        await Begun(2);
        Assert.Equal(("one", "two"), (_running[1].Assignment.Runner.Name, _running[2].Assignment.Runner.Name));
        Assert.Single(_log.Messages, m => m.StartsWith("Failed to load config", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_that_was_asked_for_before_the_change_runs_as_the_file_says_now()
    {
        _server.LongPoll = TimeSpan.FromMinutes(1);
        Start("concurrent = 4\n" + Entry());
        await ClockPump.UntilAsync(() => _server.Requests.Count >= 1);
        await Pump(TimeSpan.FromSeconds(10));
        Assert.True(_server.Requests[1].Json.TryGetProperty("last_update", out _));

        Write("concurrent = 4\n" + Entry("renamed"));
        await _time.PumpUntilAsync(() => _log.Messages.Count(m => m == "Configuration loaded") == 2, Step);
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);

        Assert.Equal("renamed", _running[1].Assignment.Runner.Name);
    }

    [Fact(Timeout = Limit)]
    public async Task What_the_file_says_without_effect_is_named()
    {
        Start("log_level = \"loud\"\n[experimental.usage_logger]\nenabled = true\n" + Entry() + "use_slot_cgroups = true\n");

        await Logged("Initializing executor providers");

        Assert.Contains(_log.Messages, m => m.StartsWith("log_level \"loud\" is not known and has no effect", StringComparison.Ordinal));
        Assert.Contains(_log.Messages, m => m.StartsWith("[experimental.usage_logger] is not part of this version", StringComparison.Ordinal));
        Assert.Contains(_log.Messages, m => m.StartsWith("Runner \"one\" (entry 1): use_slot_cgroups is not part of this version", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task A_drained_daemon_asks_for_no_job_until_it_is_undrained()
    {
        Start(Entry());
        await ClockPump.UntilAsync(() => _server.Requests.Count > 0);
        _signals.Drain();
        await Logged("Draining: no more jobs are asked for until undrain");
        _server.Enqueue(SamplePayloads.Job(1));
        await Pump(TimeSpan.FromMinutes(1));
        Assert.Empty(_running);

        _signals.Undrain();

        await Begun(1);
    }

    [Fact(Timeout = Limit)]
    public async Task A_missing_file_is_waited_for()
    {
        Start(null);
        await Logged("does not exist yet", part: true);

        Write(Entry());
        _server.Enqueue(SamplePayloads.Job(1));

        await Begun(1);
    }

    [Fact(Timeout = Limit)]
    public async Task A_reload_on_demand_needs_no_change()
    {
        Start(Entry());
        await Logged("Initializing executor providers");
        _signals.Reload();

        await _time.PumpUntilAsync(() => _log.Messages.Count(m => m == "Configuration loaded") == 2, Step);
    }

    [Fact(Timeout = Limit)]
    public async Task A_graceful_stop_waits_for_jobs_and_asks_for_no_more()
    {
        Start("concurrent = 2\n" + Entry());
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);

        _signals.StopGracefully();
        await Logged("Starting graceful shutdown, waiting for builds to finish");
        _server.Enqueue(SamplePayloads.Job(2));
        await Pump(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1));
        Assert.False(_run.IsCompleted);
        Assert.Equal([1], _running.Keys);
        Assert.False(_running[1].Lifetime.Job.IsCancellationRequested);

        _running[1].End(new JobVerdict.Succeeded());
        await _time.PumpAsync(_run, Step);
        Assert.Equal("Can exit now!", _log.Messages.Last());
    }

    [Fact(Timeout = Limit)]
    public async Task A_forceful_stop_interrupts_the_jobs()
    {
        Start(Entry());
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);

        _signals.Stop("terminated");
        await ClockPump.UntilAsync(() => _running[1].Lifetime.Job.IsCancellationRequested);
        Assert.Equal(new EndReason.Interrupted("terminated"), _running[1].Lifetime.Reason);
        _running[1].End(new JobVerdict.Failed(FailureReason.RunnerInterrupted, "aborted: terminated", 0));

        await _time.PumpAsync(_run, Step);
        Assert.Contains("Job failed: aborted: terminated", _log.Messages);
    }

    [Fact(Timeout = Limit)]
    public async Task A_stop_after_a_graceful_one_is_forceful()
    {
        Start(Entry());
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);

        _signals.StopGracefully();
        _signals.Stop("interrupt");
        await ClockPump.UntilAsync(() => _running[1].Lifetime.Job.IsCancellationRequested);
        _running[1].End(new JobVerdict.Succeeded());

        await _time.PumpAsync(_run, Step);
    }

    [Fact(Timeout = Limit)]
    public async Task A_second_signal_ends_the_process()
    {
        Start(Entry());
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);

        _signals.Stop("terminated");
        _signals.Stop("interrupt");

        var problem = await Assert.ThrowsAsync<RunnerCommandException>(() => _time.PumpAsync(_run, Step));
        Assert.Contains("forced exit with stop signal: interrupt", problem.Message, StringComparison.Ordinal);
        Assert.True(_running[1].Stopping.IsCancellationRequested);
    }

    [Fact(Timeout = Limit)]
    public async Task A_shutdown_that_takes_too_long_is_a_failure()
    {
        Start("shutdown_timeout = 20\n" + Entry());
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);
        var before = _time.GetUtcNow();

        _signals.Stop("terminated");

        var problem = await Assert.ThrowsAsync<RunnerCommandException>(() => _time.PumpAsync(_run, Step));
        Assert.Contains("shutdown timed out", problem.Message, StringComparison.Ordinal);
        Assert.InRange((_time.GetUtcNow() - before).TotalSeconds, 19, 25);
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_that_breaks_is_reported_and_takes_nobody_with_it()
    {
        Start("concurrent = 2\n" + Entry());
        var broken = _server.Enqueue(SamplePayloads.Job(1));
        _server.Enqueue(SamplePayloads.Job(2));
        await Begun(2);

        _running[1].Break(new InvalidOperationException("bug"));

        var update = await broken.Finished;
        Assert.Equal(("failed", "runner_system_failure"), (update.State, update.FailureReason));
        Assert.False(_running[2].Lifetime.Job.IsCancellationRequested);
        Assert.False(_run.IsCompleted);
    }

    [Fact(Timeout = Limit)]
    public async Task An_unknown_executor_is_named_and_the_others_are_polled()
    {
        Start(Entry("odd", "glrt-odd", "quantum") + Entry());
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);

        Assert.Contains(_log.Messages, m => m.Contains("there is no executor \"quantum\"", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task A_token_is_renewed_in_time_and_the_new_one_is_used()
    {
        _server.NextToken = "glrt-renewed";
        Start(Entry() + "token_obtained_at = 2026-08-22T09:00:00Z\ntoken_expires_at = 2026-08-22T10:30:00Z\n");

        await Logged("token renewed", part: true);
        Assert.True(_time.GetUtcNow() >= new DateTimeOffset(2026, 8, 22, 10, 7, 30, TimeSpan.Zero));
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);
        Assert.Equal("glrt-renewed", _running[1].Assignment.Runner.Token.Reveal());
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_of_an_earlier_process_is_reported_as_failed()
    {
        var job = _server.Add(SamplePayloads.Job(7));
        Leave(job, "fake-runn");

        Start(Entry());

        var update = await _time.PumpAsync(job.Finished, Step);
        Assert.Equal(("failed", "runner_system_failure"), (update.State, update.FailureReason));
        Assert.Contains("the runner stopped while the job was running", System.Text.Encoding.UTF8.GetString(job.Trace), StringComparison.Ordinal);
        await ClockPump.UntilAsync(() => JobJournal.Folders(_folder.File("state/jobs")).Count == 0);
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_of_a_runner_that_is_gone_is_left_alone_and_new_jobs_are_run()
    {
        var job = _server.Add(SamplePayloads.Job(7));
        Leave(job, "stranger");

        Start(Entry());
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);

        Assert.Contains(_log.Messages, m => m.Contains("which is no longer in the file", StringComparison.Ordinal));
        Assert.Empty(job.Updates);
    }

    private void Leave(FakeJob job, string shortToken) => JobJournal.Create(_folder.File("state/jobs"), job.Payload, new JournalState
    {
        JobId = job.Payload.Id,
        RunnerShortToken = shortToken,
        RunnerName = "one",
        Executor = "scripted",
        Received = _time.GetUtcNow(),
        Accepted = true,
    });

    [Fact(Timeout = Limit)]
    public async Task Metrics_jobs_and_state_are_served()
    {
        Start("listen_address = \"127.0.0.1:0\"\nconcurrent = 3\n" + Entry());
        _server.Enqueue(SamplePayloads.Job(1));
        await Begun(1);
        _server.Enqueue(SamplePayloads.Job(2));
        await Begun(2);
        _running[2].End(new JobVerdict.Failed(FailureReason.ScriptFailure, "exit status 1", 1));
        await Logged("Removed job from processing list");

        using var http = new HttpClient { BaseAddress = new Uri(_daemon.MetricsUrl!) };
        var metrics = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("gitlab_runner_concurrent 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains("gitlab_runner_process_state_info{state=\"running\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("failure_reason=\"script_failure\",mode=\"traditional\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("endpoint=\"request_job\",status=\"201\",method=\"post\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("gitlab_runner_job_duration_seconds_bucket{runner=\"fake-runn\"", metrics, StringComparison.Ordinal);
        Assert.Contains("gitlab_runner_errors_total{level=\"panic\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("glrt-fake-runner-token", metrics, StringComparison.Ordinal);
        var jobs = await http.GetStringAsync("/debug/jobs/list", TestContext.Current.CancellationToken);
        Assert.StartsWith($"url={_server.Url}/group/shop/-/jobs/1 state=running", jobs, StringComparison.Ordinal);
        Assert.Equal("running\n", await http.GetStringAsync("/debug/process/state", TestContext.Current.CancellationToken));
        Assert.Equal("ready\n", await http.GetStringAsync("/health/ready", TestContext.Current.CancellationToken));
        using var post = await http.PostAsync("/metrics", null, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Metrics_start_move_and_stop_with_the_file()
    {
        Start(Entry());
        await Logged("listen_address not defined, metrics & debug endpoints disabled");

        Write("listen_address = \"127.0.0.1:0\"\n" + Entry());
        await _time.PumpUntilAsync(() => _daemon.MetricsUrl is not null, Step);
        var first = _daemon.MetricsUrl!;
        Assert.True(await AnswersAsync(first));

        Write("listen_address = \"localhost:metrics\"\n" + Entry());
        await Logged("listen_address \"localhost:metrics\" is no HOST:PORT; metrics & debug endpoints are where they were");
        Assert.True(await AnswersAsync(first));

        // All addresses of the same port: the old server has to go first.
        var port = new Uri(first).Port;
        Write($"listen_address = \":{port}\"\n" + Entry());
        await _time.PumpUntilAsync(() => _daemon.MetricsUrl is { } now && now != first, Step);
        Assert.True(await AnswersAsync(first));

        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        Write($"listen_address = \"{taken.LocalEndpoint}\"\n" + Entry());
        await Logged($"Failed to create listener for metrics server on {taken.LocalEndpoint}: ", prefix: true);
        await _time.PumpUntilAsync(() => _daemon.MetricsUrl is not null, Step);
        Assert.True(await AnswersAsync(first));

        Write(Entry());
        await Logged("listen_address was removed, metrics & debug endpoints are off");
        Assert.False(await AnswersAsync(first));
    }

    [Fact(Timeout = Limit)]
    public async Task Each_job_is_asked_for_with_a_door_of_its_own()
    {
        Start("concurrent = 2\n[session_server]\nlisten_address = \"127.0.0.1:0\"\nadvertise_address = \"runner.example.com:8093\"\n" + Entry(executor: "enterable"));
        _server.Enqueue(SamplePayloads.Job(1));
        _server.Enqueue(SamplePayloads.Job(2));
        await Begun(1);
        await Begun(2);

        var offers = _server.Requests.Where(r => r.Path == "jobs/request").Select(r => r.Json.GetProperty("session")).ToList();
        Assert.All(offers, offer => Assert.Matches("^https://runner.example.com:8093/session/[0-9a-f]{64}$", offer.GetProperty("url").GetString()!));
        Assert.All(offers, offer => Assert.StartsWith("-----BEGIN CERTIFICATE-----", offer.GetProperty("certificate").GetString(), StringComparison.Ordinal));
        Assert.Equal(offers.Count, offers.Select(offer => offer.GetProperty("authorization").GetString()).Distinct().Count());
        Assert.NotNull(_running[1].Assignment.Session);
        Assert.NotSame(_running[1].Assignment.Session, _running[2].Assignment.Session);
        Assert.Contains("Session server listening", _log.Messages);
    }

    private static readonly TimeSpan Wide = TimeSpan.FromSeconds(1);

    private string Entry(string name = "one", string token = "glrt-fake-runner-token", string executor = "scripted") =>
        $"[[runners]]\nname = \"{name}\"\nurl = \"{_server.Url}\"\ntoken = \"{token}\"\nexecutor = \"{executor}\"\n";

    private DateTime _written = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private void Write(string toml)
    {
        var path = _folder.File("config.toml", toml);
        _written = _written.AddSeconds(10);
        File.SetLastWriteTimeUtc(path, _written);
    }

    private void Start(string? toml)
    {
        if (toml is not null)
        {
            Write(toml);
        }

        _clients = new GitLabClients(Some.Version, _time, _log);
        _daemon = new RunnerDaemon(new RunnerDaemonOptions
        {
            ConfigPath = _folder.File("config.toml"),
            Context = Some.Context(),
            StateFolder = _folder.File("state"),
            Executors = new Dictionary<string, Func<RunnerEntry, IExecutor>> { ["scripted"] = _ => new ScriptedExecutor(_time), ["enterable"] = _ => Enterable() },
            Clients = _clients,
            Time = _time,
            Loggers = _log,
            RunJob = (assignment, lifetime, stopping) => (_running[assignment.Payload.Id] = new Running(assignment, lifetime, stopping)).Task,
        });
        _run = _daemon.RunAsync(_signals, CancellationToken.None);
    }

    private static async Task<bool> AnswersAsync(string address)
    {
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        try
        {
            return (await http.GetAsync("/metrics", TestContext.Current.CancellationToken)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private ScriptedExecutor Enterable()
    {
        var plain = new ScriptedExecutor(_time);
        return new ScriptedExecutor(_time) { Traits = plain.Traits with { Features = plain.Traits.Features with { Session = true } } };
    }

    private Task Begun(long id) => _time.PumpUntilAsync(() => _running.ContainsKey(id), Step);

    private Task Logged(string message, bool prefix = false, bool part = false) => _time.PumpUntilAsync(
        () => _log.Messages.Any(m => part ? m.Contains(message, StringComparison.Ordinal)
            : prefix ? m.StartsWith(message, StringComparison.Ordinal) : m == message),
        part ? Wide : Step);

    private Task Pump(TimeSpan time, TimeSpan? step = null)
    {
        var until = _time.GetUtcNow() + time;
        return _time.PumpUntilAsync(() => _time.GetUtcNow() >= until, step ?? Step);
    }

    private sealed class Running(JobAssignment assignment, JobLifetime lifetime, CancellationToken stopping)
    {
        private readonly TaskCompletionSource<JobVerdict> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public JobAssignment Assignment { get; } = assignment;

        public JobLifetime Lifetime { get; } = lifetime;

        public CancellationToken Stopping { get; } = stopping;

        public Task<JobVerdict> Task => _end.Task.WaitAsync(Stopping);

        public void End(JobVerdict verdict) => _end.SetResult(verdict);

        public void Break(Exception problem) => _end.SetException(problem);
    }
}
