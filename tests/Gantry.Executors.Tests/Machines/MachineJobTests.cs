using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Executors.Docker;
using Gantry.Executors.Machines;
using Gantry.Executors.Tests.Docker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Tests.Machines;

/// <summary>Jobs on machines whose engine is this computer's, behind TLS.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class MachineJobTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    [Fact(Timeout = 60_000)]
    public async Task A_job_runs_in_a_container_of_a_machine_that_was_made_for_it_and_the_machine_waits_for_the_next()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var docker = new DockerBench();
        await using var secured = new TlsEngine(Path.Combine(docker.Folder, "certificates"));
        using var bench = new MachineBench(secured.Url, secured.Folder);
        await using var park = bench.Park(TimeProvider.System);
        docker.Script("echo on $(hostname)", "echo kept > /builds/file");
        var executor = Executor(docker, bench, park);

        var reservation = await executor.ReserveAsync(token);
        Assert.IsType<JobVerdict.Succeeded>(await RunAsync(docker, executor, reservation, number: 3, token));

        var machine = Assert.Single(bench.Machines);
        Assert.Contains($"Creating machine {machine} ...", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains($"Using machine {machine} ...", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains($" via {machine}...", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("-project-7-concurrent-0", docker.Link.Trace, StringComparison.Ordinal);
        Assert.True(secured.Connections > 0);
        Assert.Equal([("idle", 1)], park.Groups().Select(group => (group.State, group.Count)));
        Assert.Empty(await docker.LeftoversAsync(engine, token));

        // The next job finds it.
        docker.Payload = DockerBench.SamplePayload();
        Assert.IsType<JobVerdict.Succeeded>(await RunAsync(docker, executor, null, number: 0, token));
        Assert.Equal([machine], bench.Machines);
        Assert.Single(bench.Calls, call => call.StartsWith("create", StringComparison.Ordinal));
        await docker.ForgetVolumesAsync(engine, token);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Needs", "Full")]
    public async Task What_a_killed_runner_left_on_its_machine_is_removed_before_the_next_job_there()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var docker = new DockerBench();
        await using var secured = new TlsEngine(Path.Combine(docker.Folder, "certificates"));
        using var bench = new MachineBench(secured.Url, secured.Folder);
        var before = Executor(docker, bench, bench.Park(TimeProvider.System));
        var left = await before.PrepareAsync(new EnvironmentRequest { Plan = docker.Plan(), JobFolder = docker.Folder }, docker.Log, token);
        await left.RunAsync(DockerBench.Build("echo begun"), docker.Log, token);
        Assert.NotEmpty(await docker.LeftoversAsync(engine, token));

        // The first process is no more; what it made is found on disk and on the engine.
        await using var park = bench.Park(TimeProvider.System);
        var after = Executor(docker, bench, park, process: "second");
        Assert.IsType<Reopening.Lost>(await after.ReopenAsync(new EnvironmentRequest { Plan = docker.Plan(), JobFolder = docker.Folder }, left.Handle, token));
        Assert.IsType<JobVerdict.Succeeded>(await RunAsync(docker, after, await after.ReserveAsync(token), number: 0, token));

        Assert.Empty(await docker.LeftoversAsync(engine, token));
        Assert.Single(bench.Calls, call => call.StartsWith("create", StringComparison.Ordinal));
        await docker.ForgetVolumesAsync(engine, token);
    }

    private static MachineExecutor Executor(DockerBench docker, MachineBench bench, MachinePark park, string process = "first") => new(
        "docker+machine", bench.Settings with { Idle = new IdleTarget { Time = TimeSpan.FromHours(1) } }, DockerExecutor.KindTraits, park,
        machine => docker.OfProcess(process, docker.Settings with { Host = machine.Url, TlsCertPath = machine.CertificatePath, TlsVerify = true }));

    private static async Task<JobVerdict> RunAsync(
        DockerBench docker, MachineExecutor executor, IPlaceReservation? reservation, int number, CancellationToken token)
    {
        using var lifetime = new JobLifetime(TimeProvider.System);
        using var kept = reservation;
        return await new JobRun(new JobAssignment
        {
            Payload = docker.Payload,
            Runner = docker.Runner,
            Executor = executor,
            Link = docker.Link,
            Numbers = new JobNumbers(number, number),
            JournalRoot = Path.Combine(docker.Folder, "jobs"),
            Reservation = kept,
        }, lifetime, TimeProvider.System, NullLogger.Instance).RunAsync(token);
    }
}
