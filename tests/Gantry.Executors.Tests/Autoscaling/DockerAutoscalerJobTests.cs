using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Executors.Autoscaling;
using Gantry.Executors.Autoscaling.Providers;
using Gantry.Executors.Docker;
using Gantry.Executors.Tests.Docker;
using Gantry.Executors.Tests.Ssh;
using Gantry.Protocol;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Tests.Autoscaling;

/// <summary>Jobs in containers of an instance's engine, which is this machine's, reached over ssh.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class DockerAutoscalerJobTests(LiveEngine live, LiveSsh ssh) : IClassFixture<LiveEngine>, IClassFixture<LiveSsh>
{
    [Fact(Timeout = 60_000)]
    [Trait("Needs", "Full")]
    public async Task A_job_runs_in_a_container_of_the_instance_with_a_service_and_its_files_and_leaves_nothing()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var docker = new DockerBench();
        await using var fleet = Fleet();
        docker.Script("echo on $(hostname)", "seq 1 20000", "echo kept > /builds/file").Service(LiveEngine.Web, "web");
        var executor = Executor(docker, fleet, "");
        using var reservation = await executor.ReserveAsync(token);

        var verdict = await RunAsync(docker, executor, reservation, token);

        Assert.True(verdict is JobVerdict.Succeeded, $"{verdict}\n{docker.Link.Trace}");
        Assert.Contains("Preparing instance...", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("Dialing instance alpha...", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("Instance alpha connected", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("20000", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Empty(await docker.LeftoversAsync(engine, token));
        await docker.ForgetVolumesAsync(engine, token);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Needs", "Full")]
    public async Task What_a_killed_runner_left_on_an_instance_is_removed_before_the_next_job_there()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var docker = new DockerBench();
        await using var before = Fleet();
        var left = await Executor(docker, before, "").PrepareAsync(new EnvironmentRequest { Plan = docker.Plan(), JobFolder = docker.Folder }, docker.Log, token);
        await left.RunAsync(DockerBench.Build("echo begun"), docker.Log, token);
        Assert.NotEmpty(await docker.LeftoversAsync(engine, token));

        await using var fleet = Fleet();
        var after = Executor(docker, fleet, "", process: "second");
        Assert.IsType<Reopening.Lost>(await after.ReopenAsync(new EnvironmentRequest { Plan = docker.Plan(), JobFolder = docker.Folder }, left.Handle, token));
        Assert.IsType<JobVerdict.Succeeded>(await RunAsync(docker, after, null, token));

        Assert.Empty(await docker.LeftoversAsync(engine, token));
        await docker.ForgetVolumesAsync(engine, token);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_instance_without_an_engine_and_an_engine_elsewhere_are_told_apart()
    {
        var token = TestContext.Current.CancellationToken;
        using var docker = new DockerBench();
        await using var fleet = Fleet();
        var request = new EnvironmentRequest { Plan = docker.Plan(), JobFolder = docker.Folder };

        var missing = await Assert.ThrowsAsync<EnvironmentException>(
            () => Executor(docker, fleet, "unix:///nowhere/docker.sock").PrepareAsync(request, docker.Log, token));
        Assert.Equal(FailureReason.RunnerSystemFailure, missing.Reason);
        Assert.Contains($"@[127.0.0.1]:{ssh.Port} (instance alpha)", missing.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/docker.sock", missing.Message, StringComparison.Ordinal);

        var elsewhere = await Assert.ThrowsAsync<EnvironmentException>(
            () => Executor(docker, fleet, "tcp://10.0.0.1:2375").PrepareAsync(request, docker.Log, token));
        Assert.Equal(FailureReason.RunnerConfigurationError, elsewhere.Reason);
    }

    private static ScalerFleet Fleet() =>
        new(new ProviderSurroundings { PluginFolder = "/nonexistent", ProgramFolders = [] }, TimeProvider.System, new RecordingLogger<ScalerFleet>());

    private DockerAutoscalerExecutor Executor(DockerBench docker, ScalerFleet fleet, string host, string process = "first") => new(
        new ScalerSettings
        {
            IsConfigured = true,
            Runner = "bench",
            ShortToken = "abcdefghi",
            Plugin = "static",
            PluginConfig = new Dictionary<string, object>
            {
                ["instances"] = new Dictionary<string, object> { ["alpha"] = new Dictionary<string, object> { ["external_addr"] = $"127.0.0.1:{ssh.Port}" } },
            },
            Connector = new ConnectorSettings { User = ssh.Settings.User, KeyPath = ssh.In("user"), KnownHostsFile = ssh.In("known_hosts") },
        },
        host, DockerExecutor.KindTraits, fleet, engine => docker.OfProcess(process, docker.Settings, engine.Tunnel));

    private static async Task<JobVerdict> RunAsync(DockerBench docker, DockerAutoscalerExecutor executor, IPlaceReservation? reservation, CancellationToken token)
    {
        using var lifetime = new JobLifetime(TimeProvider.System);
        return await new JobRun(new JobAssignment
        {
            Payload = docker.Payload,
            Runner = docker.Runner,
            Executor = executor,
            Link = docker.Link,
            Numbers = new JobNumbers(0, 0),
            JournalRoot = Path.Combine(docker.Folder, "jobs"),
            Reservation = reservation,
        }, lifetime, TimeProvider.System, NullLogger.Instance).RunAsync(token);
    }
}
