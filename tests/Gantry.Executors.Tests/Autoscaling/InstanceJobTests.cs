using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Executors.Autoscaling;
using Gantry.Executors.Autoscaling.Providers;
using Gantry.Executors.Tests.Shell;
using Gantry.Executors.Tests.Ssh;
using Gantry.Protocol;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;

namespace Gantry.Executors.Tests.Autoscaling;

/// <summary>Jobs on instances of a fixed pool, which are this machine under another home.</summary>
public sealed class InstanceJobTests : IClassFixture<LiveSsh>, IAsyncDisposable
{
    private const int Limit = 60_000;

    private readonly LiveSsh _live;
    private readonly ShellBench _bench = new();
    private readonly RecordingLogger<ScalerFleet> _operator = new();
    private readonly RecordingLogger<InstanceExecutor> _jobs = new();
    private readonly RecordingJobLog _log = new();
    private ScalerFleet _fleet;

    public InstanceJobTests(LiveSsh live)
    {
        _live = live;
        _fleet = Fleet();
        _bench.Runner = _bench.Runner with { Executor = "instance", BuildsFolder = In("builds"), CacheFolder = In("cache") };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        _bench.Dispose();
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_job_runs_on_a_machine_of_the_pool_and_the_next_one_at_the_same_time_on_another()
    {
        var executor = Executor(Pool("alpha", "beta") with { LogsInternalAddress = true, ReadyCommand = $"echo made ready; echo x >> {In("ready")}" });
        _bench.Executor = executor;
        _bench.Step("script", "echo \"in $CI_PROJECT_DIR as $CI_SHARED_ENVIRONMENT\"", $"(sleep 1000 & echo $! > {In("pid")}) > /dev/null 2>&1");
        using var reservation = await executor.ReserveAsync(Token);
        Assert.NotNull(reservation);

        var other = await executor.PrepareAsync(_bench.Request(executor.Traits) with { Reservation = reservation }, _log, Token);
        var verdict = await _bench.RunAsync(Token);

        Assert.True(verdict is JobVerdict.Succeeded, $"{verdict}\n{_bench.Log}");
        var first = _log.Lines.Single(line => line.StartsWith("Dialing", StringComparison.Ordinal)).Split(' ', ',')[2];
        var second = first == "alpha" ? "beta" : "alpha";
        Assert.Equal(["Preparing instance...", $"Dialing instance {first}, 127.0.0.1:{_live.Port}...", $"Instance {first} connected"], _log.Lines);
        Assert.Contains(
            $"Preparing the \"instance\" executor\nPreparing instance...\nDialing instance {second}, 127.0.0.1:{_live.Port}...\nInstance {second} connected\n", _bench.Log, StringComparison.Ordinal);
        Assert.Contains($"in {In("builds/abcdefghi/0")}/group/project as true\n", _bench.Log, StringComparison.Ordinal);
        Assert.Null(Gantry.Engine.Processes.ProcessGroup.StartMark(int.Parse(await File.ReadAllTextAsync(In("pid"), Token), System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(2, (await File.ReadAllLinesAsync(In("ready"), Token)).Length);
        Assert.Contains(_operator.Messages, message => message.Contains("ready command: made ready", StringComparison.Ordinal));

        // Both places are free again.
        Assert.Equal(1, Scaler(executor).Counts.Busy);
        await other.DisposeAsync();
        Assert.Equal((0, 2), (Scaler(executor).Counts.Busy, Scaler(executor).Counts.Free));
        Assert.Empty(_jobs.Messages);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task Jobs_are_not_asked_for_beyond_the_places_of_the_pool_and_one_that_waits_gets_the_next_free_place()
    {
        var executor = Executor(Pool("alpha") with { Capacity = 2 });
        var (one, two) = (await executor.ReserveAsync(Token), await executor.ReserveAsync(Token));
        Assert.NotNull(one);
        Assert.NotNull(two);
        Assert.Null(await executor.ReserveAsync(Token));
        two.Dispose();
        Assert.NotNull(await executor.ReserveAsync(Token));

        // The last reservation is never used: the two places are the two jobs'.
        var first = await PrepareAsync(executor, one);
        var second = await PrepareAsync(executor, null);
        var waiting = PrepareAsync(executor, null);
        await Task.Delay(100, Token);
        Assert.False(waiting.IsCompleted);
        await first.DisposeAsync();
        await (await waiting).DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task A_machine_whose_ready_command_fails_gets_no_job_and_the_job_that_waited_says_why()
    {
        var executor = Executor(Pool("alpha") with { ReadyCommand = "echo no disk >&2; exit 3", AcquireTimeout = TimeSpan.FromMilliseconds(400) });

        executor.Tend();
        while (!_operator.Messages.Any(message => message.StartsWith("Removing instance alpha: ready command", StringComparison.Ordinal)))
        {
            await Task.Delay(20, Token);
        }

        var refused = await Assert.ThrowsAsync<EnvironmentException>(() => PrepareAsync(executor, null));

        Assert.Equal("unable to acquire instance within the configured timeout of 400ms (ready command: it ended with status 3; what it said is in the runner's log)", refused.Message);
        Assert.Equal(FailureReason.RunnerSystemFailure, refused.Reason);
        Assert.Equal(0, Scaler(executor).Counts.Waiting);
    }

    [Fact(Timeout = Limit)]
    public async Task A_machine_whose_key_is_not_known_is_refused_with_the_line_that_mends_it()
    {
        var pool = Pool("alpha");
        var stranger = Executor(pool with { Runner = "a", Connector = pool.Connector with { KnownHostsFile = In("none") } });
        var refused = await Assert.ThrowsAsync<EnvironmentException>(() => PrepareAsync(stranger, null));
        Assert.Equal((FailureReason.RunnerConfigurationError, false), (refused.Reason, refused.Retriable));
        Assert.Contains($"ssh-keyscan -p {_live.Port} -t ed25519 127.0.0.1 >> {In("none")}", refused.Message, StringComparison.Ordinal);

        var trusting = Executor(pool with { Runner = "b", Connector = pool.Connector with { KnownHostsFile = In("none"), AcceptsAnyHostKey = true } });
        await (await PrepareAsync(trusting, null)).DisposeAsync();

        var keyless = Executor(pool with { Runner = "c", Connector = pool.Connector with { KeyPath = "" } });
        Assert.Contains("Neither key_path nor password is set in [runners.autoscaler.connector_config]", (await Assert.ThrowsAsync<EnvironmentException>(() => PrepareAsync(keyless, null))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task What_a_killed_runner_left_on_a_machine_of_the_pool_is_ended_by_the_next_one()
    {
        var executor = Executor(Pool("alpha"));
        // Never disposed: its process was killed.
        var place = await PrepareAsync(executor, null);
        await place.RunAsync(new StageScript("step_script", $"(sleep 1000 & echo $! > {In("pid")}) > /dev/null 2>&1\nexit\n", StagePlace.Build), _log, Token);
        await _fleet.DisposeAsync();
        _fleet = Fleet();

        Assert.IsType<Reopening.Lost>(await Executor(Pool("alpha")).ReopenAsync(_bench.Request(InstanceExecutor.KindTraits), place.Handle, Token));

        Assert.Null(Gantry.Engine.Processes.ProcessGroup.StartMark(int.Parse(await File.ReadAllTextAsync(In("pid"), Token), System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact(Timeout = Limit)]
    public async Task Settings_with_which_no_job_can_run_are_named_all_at_once()
    {
        var executor = Executor(new ScalerSettings
        {
            IsConfigured = true,
            Plugin = "static:latest",
            IsolatesVms = true,
            Connector = new ConnectorSettings { Protocol = "winrm" },
            PluginConfig = new Dictionary<string, object> { ["instances"] = new Dictionary<string, object> { ["a"] = new Dictionary<string, object> { ["adress"] = "x" } } },
        });

        Assert.Null(await executor.ReserveAsync(Token));
        var refused = await Assert.ThrowsAsync<EnvironmentException>(() => PrepareAsync(executor, null));

        Assert.Equal(FailureReason.RunnerConfigurationError, refused.Reason);
        Assert.Contains("vm_isolation.enabled asks for nested virtual machines", refused.Message, StringComparison.Ordinal);
        Assert.Contains("connector_config.protocol \"winrm\" is not part of this version", refused.Message, StringComparison.Ordinal);
        Assert.Contains("plugin_config.instances.a.adress is not known", refused.Message, StringComparison.Ordinal);
        Assert.Contains("plugin_config.instances.a has neither external_addr nor internal_addr", refused.Message, StringComparison.Ordinal);
    }

    private ScalerFleet Fleet() => new(new ProviderSurroundings { PluginFolder = In("plugins"), ProgramFolders = [] }, TimeProvider.System, _operator);

    private ScalerSettings Pool(params string[] names) => new()
    {
        IsConfigured = true,
        Runner = "bench",
        ShortToken = "abcdefghi",
        Plugin = "static",
        PluginConfig = new Dictionary<string, object>
        {
            ["instances"] = names.ToDictionary(name => name, name => (object)new Dictionary<string, object> { ["internal_addr"] = $"127.0.0.1:{_live.Port}", ["external_addr"] = "203.0.113.1" }),
        },
        Connector = new ConnectorSettings { User = _live.Settings.User, KeyPath = _live.In("user"), KnownHostsFile = _live.In("known_hosts") },
    };

    private InstanceExecutor Executor(ScalerSettings settings) => new(new InstanceSettings { Scaler = settings }, _fleet, _jobs);

    private static Scaler Scaler(InstanceExecutor executor) => executor.Scaler;

    private Task<IJobEnvironment> PrepareAsync(InstanceExecutor executor, IPlaceReservation? reservation) =>
        executor.PrepareAsync(_bench.Request(executor.Traits) with { Reservation = reservation }, _log, Token);

    private string In(string name) => Path.Combine(_bench.Folder, name);
}
