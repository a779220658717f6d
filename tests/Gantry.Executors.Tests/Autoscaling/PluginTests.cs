using System.Globalization;
using Gantry.Engine.Running;
using Gantry.Executors.Autoscaling;
using Gantry.Executors.Autoscaling.Providers;
using Gantry.Executors.Tests.Shell;
using Gantry.Executors.Tests.Ssh;
using Gantry.Protocol;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Gantry.TestKit.Tables;

namespace Gantry.Executors.Tests.Autoscaling;

/// <summary>Providers that are programs: the one of the documentation over a cloud's command that keeps its servers in a folder, and bad ones.</summary>
public sealed class PluginTests : IClassFixture<LiveSsh>, IAsyncDisposable
{
    private const int Limit = 60_000;

    private readonly LiveSsh _live;
    private readonly ShellBench _bench = new();
    private readonly RecordingLogger<ScalerFleet> _operator = new();
    private readonly RecordingJobLog _log = new();
    private ScalerFleet _fleet;

    public PluginTests(LiveSsh live)
    {
        _live = live;
        _fleet = Fleet();
        _bench.Runner = _bench.Runner with { Executor = "instance", BuildsFolder = In("builds"), CacheFolder = In("cache") };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Those that the cloud has.</summary>
    private string[] Servers => [.. Directory.EnumerateFiles(In("cloud")).Select(path => Path.GetFileName(path)).Order()];

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        _bench.Dispose();
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task The_documented_plugin_makes_an_instance_for_a_job_and_removes_it_when_it_had_its_jobs()
    {
        var settings = Documented() with { MaxUses = 1, ExpectingInterval = TimeSpan.FromMilliseconds(100), ReadyCommand = "true" };
        var executor = Executor(settings);
        _bench.Executor = executor;
        _bench.Step("script", "echo on $CI_PROJECT_DIR");
        using var reservation = await executor.ReserveAsync(Token);
        Assert.NotNull(reservation);

        var place = await executor.PrepareAsync(_bench.Request(executor.Traits) with { Reservation = reservation }, _log, Token);
        var server = Assert.Single(Servers);
        Assert.Contains($"Instance {server} connected", _log.Lines);
        Assert.StartsWith("ci-", server, StringComparison.Ordinal);
        await place.DisposeAsync();

        await UntilAsync(() => Servers.Length == 0);
        var verdict = await _bench.RunAsync(Token);
        Assert.True(verdict is JobVerdict.Succeeded, $"{verdict}\n{_bench.Log}");
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_job_whose_instance_vanishes_is_a_system_failure_that_says_so()
    {
        var executor = Executor(Documented() with { UpdateInterval = TimeSpan.FromMilliseconds(200) });
        _bench.Executor = executor;
        _bench.Runner = _bench.Runner with { GracefulKillTimeout = TimeSpan.FromMilliseconds(100) };
        _bench.Step("script", $"rm {In("cloud")}/*; sleep 1000");

        var failed = Assert.IsType<JobVerdict.Failed>(await _bench.RunAsync(Token));

        Assert.Equal(FailureReason.RunnerSystemFailure, failed.Reason);
        Assert.Contains("unexpectedly removed: its provider does not have it any more", failed.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task Instances_of_before_are_removed_unless_the_state_knows_them_and_all_go_at_the_end_when_that_is_wanted()
    {
        var settings = Documented() with
        {
            ExpectingInterval = TimeSpan.FromMilliseconds(100),
            State = new StateStorage { IsEnabled = true, Folder = In("state") },
            Policies = [ScalingPolicy.None with { IdleCount = 1, IdleTime = TimeSpan.FromHours(1) }],
        };
        Directory.CreateDirectory(In("cloud"));
        await File.WriteAllTextAsync(In("cloud/stranger"), "", Token);
        Executor(settings).Tend();
        await UntilAsync(() => !Servers.Contains("stranger") && _fleet.Of(settings).Counts is { Ready: 1, Removing: 0 });
        var mine = Assert.Single(Servers);
        await _fleet.ShutDownAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Equal([mine], Servers);

        // The next process knows it.
        _fleet = Fleet();
        var last = settings with { DeletesOnShutdown = true, ShutdownInterval = TimeSpan.FromMilliseconds(50) };
        Executor(last).Tend();
        await UntilAsync(() => _fleet.Of(last).Counts.Ready == 1);
        Assert.Equal([mine], Servers);
        await _fleet.ShutDownAsync(TimeSpan.FromMinutes(1), Token);

        Assert.Empty(Servers);
        Assert.Contains(_operator.Messages, message => message.Contains("Removing instance stranger: no data on pre-existing instance so removing for safety", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("exit 0", "plugin fleeting-plugin-bad has ended")]
    [InlineData("echo broken >&2; exit 3", "What it said is in the runner's log")]
    [InlineData("echo hello", "its standard output must have one JSON object a line")]
    [InlineData("read line; echo '{\"id\":\"1\",\"result\":{\"password\":\"S3cret\"}}'; cat", "bytes that is none")]
    [InlineData("read line; echo '{\"id\":1,\"error\":\"no account\"}'; cat", "plugin fleeting-plugin-bad: init: no account")]
    [InlineData("read line; echo '{\"id\":1,\"result\":{}}'; cat", "the result must have \"protocol\": 1")]
    [InlineData("echo 'This binary is a plugin. These are not meant to be executed directly.' >&2; exit 1", "is a plugin for the official runner")]
    [InlineData("echo '1|0|unix|/tmp/plugin1|grpc|'; exec cat", "is a plugin for the official runner")]
    public async Task A_program_that_is_no_plugin_is_named_with_what_it_did(string script, string message)
    {
        Program("plugins/fleeting-plugin-bad", "#!/bin/sh\n" + script + "\n");

        var problem = await Assert.ThrowsAsync<ProviderException>(() => StartAsync("bad"));

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_is_named_with_every_place_that_was_looked_at()
    {
        var problem = await Assert.ThrowsAsync<ProviderException>(() => StartAsync("registry.example.com/group/cloud:1.5"));

        Assert.StartsWith(
            $"loading fleeting plugin: \"registry.example.com/group/cloud:1.5\" was not found: looked for {In("plugins/fleeting-plugin-cloud")}, {In("bin/fleeting-plugin-cloud")}. ",
            problem.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_plugin_that_ended_is_started_again_and_knows_its_settings()
    {
        Program("plugins/fleeting-plugin-short", $$$"""
            #!/bin/sh
            read line; echo "$line" >> {{{In("init")}}}; echo '{"id":1,"result":{"protocol":1,"id":"short","max_size":3}}'
            read line; echo '{"id":2,"result":{"instances":[{"id":"a","state":"running"},{"id":"b","state":"deleted"}]}}'
            """);
        await using var provider = await StartAsync("short");
        Assert.Equal(new ProviderTraits("short", 3), provider.Traits);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal([new ProvidedInstance("a", InstancePhase.Running), new ProvidedInstance("b", InstancePhase.Gone)], await provider.UpdateAsync(Token));
            await UntilEndedAsync(provider);
        }

        var requests = await File.ReadAllLinesAsync(In("init"), Token);
        Assert.True(requests.Length >= 3);
        Assert.All(requests, line => Assert.StartsWith(
            """{"id":1,"method":"init","params":{"protocol":1,"runner":"abcdefghi","plugin_config":{"zones":["a","b"],"size":3,"deep":{"on":true}},"connector_config":{"os":"","arch":"","protocol":"ssh",""",
            line, StringComparison.Ordinal));
    }

    private static async Task UntilEndedAsync(PluginProvider provider) => await UntilAsync(() => provider.IsOver);

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, Token);
        }
    }

    private async Task<PluginProvider> StartAsync(string plugin) => await PluginProvider.StartAsync(
        new ScalerSettings
        {
            IsConfigured = true,
            ShortToken = "abcdefghi",
            Plugin = plugin,
            PluginConfig = new Dictionary<string, object>
            {
                ["zones"] = new List<object> { "a", "b" },
                ["size"] = 3L,
                ["deep"] = new Dictionary<string, object> { ["on"] = true },
            },
        },
        new ProviderSurroundings { PluginFolder = In("plugins"), ProgramFolders = [In("bin")] }, TimeProvider.System, _operator, Token);

    private ScalerFleet Fleet() => new(new ProviderSurroundings { PluginFolder = In("plugins"), ProgramFolders = [In("bin")] }, TimeProvider.System, _operator);

    private InstanceExecutor Executor(ScalerSettings settings) =>
        new(new InstanceSettings { Scaler = settings }, _fleet, new RecordingLogger<InstanceExecutor>());

    /// <summary>The plugin as it stands in docs/autoscaling.md, with a command <c>hcloud</c> whose servers are files and this machine.</summary>
    private ScalerSettings Documented()
    {
        var page = File.ReadAllText(Path.Combine(CaseFile.Root, "docs", "autoscaling.md"));
        var begin = page.IndexOf("```python\n", StringComparison.Ordinal) + "```python\n".Length;
        var plugin = page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
        Directory.CreateDirectory(In("cloud"));
        Program("bin/hcloud", $$$$"""
            #!/bin/sh
            cd '{{{{In("cloud")}}}}'
            case "$1 $2" in
              "server list")
                printf '['; separator=
                for name in *; do
                  [ -e "$name" ] || continue
                  printf '%s{"name":"%s","status":"running","public_net":{"ipv4":{"ip":"127.0.0.1"}}}' "$separator" "$name"; separator=,
                done
                echo ']' ;;
              "server create") : > "$4" ;;
              "server delete") rm "$3" ;;
              *) echo "unknown: $*" >&2; exit 1 ;;
            esac
            """);
        // The plugin looks its command up on PATH, which is the test's own.
        Program("plugins/fleeting-plugin-hcloud", plugin.Replace("[\"hcloud\", *words]", $"[\"{In("bin/hcloud")}\", *words]", StringComparison.Ordinal));
        return new ScalerSettings
        {
            IsConfigured = true,
            Runner = "bench",
            ShortToken = "abcdefghi",
            Plugin = "hcloud",
            MaxInstances = 2,
            PluginConfig = new Dictionary<string, object>
            {
                ["image"] = "1",
                ["ssh_key"] = "runner",
                ["host_keys"] = new List<object> { "ssh-ed25519 " + _live.HostKey },
            },
            Connector = new ConnectorSettings
            {
                User = _live.Settings.User,
                KeyPath = _live.In("user"),
                Port = int.Parse(_live.Settings.Port, CultureInfo.InvariantCulture),
                PrefersExternalAddress = true,
                KnownHostsFile = In("none"),
            },
        };
    }

    private void Program(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), text);
        File.SetUnixFileMode(In(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string In(string name) => Path.Combine(_bench.Folder, name);
}
