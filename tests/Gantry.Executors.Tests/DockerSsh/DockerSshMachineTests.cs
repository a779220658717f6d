using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Executors.DockerSsh;
using Gantry.Executors.Machines;
using Gantry.Executors.Ssh;
using Gantry.Executors.Tests.Docker;
using Gantry.Executors.Tests.Machines;
using Gantry.Executors.Tests.Ssh;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Tests.DockerSsh;

/// <summary>Jobs in a container with an ssh server on a machine: its engine is this computer's behind TLS, its ssh server one of this computer.</summary>
[Trait("Needs", "DockerEngine")]
[Trait("Needs", "Full")]
public sealed class DockerSshMachineTests(LiveEngine live, LiveSsh keys) : IClassFixture<LiveEngine>, IClassFixture<LiveSsh>
{
    [Fact(Timeout = 60_000)]
    public async Task A_job_runs_in_a_container_that_is_reached_through_the_ssh_server_of_its_machine()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var docker = ServingImage.Bench(keys);
        await using var secured = new TlsEngine(Path.Combine(docker.Folder, "certificates"));
        using var bench = new MachineBench(secured.Url, secured.Folder, Driver());
        await using var park = bench.Park(TimeProvider.System);
        docker.Script("cd; echo \"in $CI_PROJECT_DIR on $(hostname), from ${SSH_CONNECTION%% *}\"");
        var executor = new MachineExecutor(
            "docker-ssh+machine", bench.Settings with { Idle = new IdleTarget { Time = TimeSpan.FromHours(1) } }, DockerSshExecutor.KindTraits, park,
            machine => new DockerSshExecutor(
                docker.OfProcess("first", docker.Settings with { Host = machine.Url, TlsCertPath = machine.CertificatePath, TlsVerify = true }),
                keys.Settings with { Port = "22", User = "root", AcceptsAnyHostKey = true }, TimeProvider.System, NullLogger<SshExecutor>.Instance)
            {
                Through = MachineDoor.Of(MachineLogin.Of(machine)),
            });

        var verdict = await RunAsync(docker, executor, token);

        Assert.True(verdict is JobVerdict.Succeeded, $"{verdict}\n{docker.Link.Trace}");
        var machine = Assert.Single(bench.Machines);
        Assert.Contains($"Using machine {machine} ...", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains($" via {machine}...", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("-project-7-concurrent-0", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("in /root/builds/group/project on ", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains($"ssh-ed25519 {keys.HostKey}", await File.ReadAllTextAsync(bench.FileOf(machine, "gantry_known_hosts"), token), StringComparison.Ordinal);
        Assert.Equal([("idle", 1)], park.Groups().Select(group => (group.State, group.Count)));
        Assert.Empty(await docker.LeftoversAsync(engine, token));
        await docker.ForgetVolumesAsync(engine, token);
    }

    private string Driver() => string.Create(
        CultureInfo.InvariantCulture, $",\"SSHUser\":\"{keys.Settings.User}\",\"SSHPort\":{keys.Port},\"SSHKeyPath\":\"{keys.In("user")}\"");

    private static async Task<JobVerdict> RunAsync(DockerBench docker, MachineExecutor executor, CancellationToken token)
    {
        using var lifetime = new JobLifetime(TimeProvider.System);
        using var reservation = await executor.ReserveAsync(token);
        return await new JobRun(new JobAssignment
        {
            Payload = docker.Payload,
            Runner = docker.Runner with { Executor = "docker-ssh+machine" },
            Executor = executor,
            Link = docker.Link,
            Numbers = new JobNumbers(3, 3),
            JournalRoot = Path.Combine(docker.Folder, "jobs"),
            Reservation = reservation,
        }, lifetime, TimeProvider.System, NullLogger.Instance).RunAsync(token);
    }
}
