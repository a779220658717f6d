using System.Collections.Concurrent;
using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Runner.Configuration;
using Gantry.Runner.Daemon;
using Gantry.Runner.Links;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Daemon;

/// <summary>Executors whose places are few: jobs are requested for places only.</summary>
public sealed class ReservationTests : IAsyncLifetime
{
    private const int Limit = 60_000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 22, 10, 0, 0, TimeSpan.Zero));
    private readonly RecordingLogger<GitLabClient> _log = new();
    private readonly DaemonSignals _signals = new();
    private readonly ConcurrentDictionary<long, (JobAssignment Assignment, TaskCompletionSource<JobVerdict> End)> _jobs = new();
    private readonly FewPlaces _places;
    private FakeCoordinator _server = null!;
    private GitLabClients _clients = null!;
    private RunnerDaemon _daemon = null!;
    private Task _run = Task.CompletedTask;

    public ReservationTests() => _places = new FewPlaces(new ScriptedExecutor(_time));

    public async ValueTask InitializeAsync()
    {
        _server = await FakeCoordinator.StartAsync();
        _folder.File("config.toml", $"concurrent = 1\n[[runners]]\nname = \"one\"\nurl = \"{_server.Url}\"\ntoken = \"glrt-fake-runner-token\"\nexecutor = \"few\"\n");
        _clients = new GitLabClients(Some.Version, _time, _log);
        _daemon = new RunnerDaemon(new RunnerDaemonOptions
        {
            ConfigPath = _folder.File("config.toml"),
            Context = Some.Context(),
            StateFolder = _folder.File("state"),
            Executors = new Dictionary<string, Func<RunnerEntry, IExecutor>> { ["few"] = _ => _places },
            Clients = _clients,
            Time = _time,
            Loggers = _log,
            RunJob = (assignment, _, stopping) => (_jobs[assignment.Payload.Id] =
                (assignment, new TaskCompletionSource<JobVerdict>(TaskCreationOptions.RunContinuationsAsynchronously))).End.Task.WaitAsync(stopping),
        });
        _run = _daemon.RunAsync(_signals, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _signals.Stop("terminated");
        _signals.Stop("terminated");
        await Record.ExceptionAsync(() => _time.PumpAsync(_run, Step));
        _daemon.Dispose();
        _clients.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task No_job_is_requested_before_there_is_a_place_and_its_place_comes_free_with_its_end()
    {
        _server.Enqueue(SamplePayloads.Job(1));
        await Pump(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(_server.Requests, request => request.Path == "jobs/request");

        _places.Free = 1;
        await _time.PumpUntilAsync(() => _jobs.ContainsKey(1), Step);
        Assert.NotNull(_jobs[1].Assignment.Reservation);
        Assert.Equal((0, 1), (_places.Free, _places.Held));

        // No slot is left: the executor can still look after its places.
        var before = _places.Tended;
        await _time.PumpUntilAsync(() => _places.Tended > before, Step);
        _jobs[1].End.SetResult(new JobVerdict.Succeeded());
        await _time.PumpUntilAsync(() => _server.Requests.Count(request => request.Path == "jobs/request") > 1, Step);
    }

    [Fact(Timeout = Limit)]
    public async Task A_request_that_brings_no_job_gives_its_place_back()
    {
        _places.Free = 1;
        await _time.PumpUntilAsync(() => _server.Requests.Count(request => request.Path == "jobs/request") >= 3, Step);
        await ClockPump.UntilAsync(() => _places.Held == 0);
        Assert.Equal(1, _places.Free);
    }

    private Task Pump(TimeSpan time)
    {
        var until = _time.GetUtcNow() + time;
        return _time.PumpUntilAsync(() => _time.GetUtcNow() >= until, Step);
    }
}
