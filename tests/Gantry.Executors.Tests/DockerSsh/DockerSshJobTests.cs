using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Executors.DockerSsh;
using Gantry.Executors.Ssh;
using Gantry.Executors.Tests.Docker;
using Gantry.Executors.Tests.Ssh;
using Gantry.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Tests.DockerSsh;

/// <summary>Jobs in a container with the ssh server of this machine, whose programs it gets to see.</summary>
[Trait("Needs", "DockerEngine")]
[Trait("Needs", "Full")]
public sealed class DockerSshJobTests(LiveEngine live, LiveSsh keys) : IClassFixture<LiveEngine>, IClassFixture<LiveSsh>
{
    [Fact(Timeout = 60_000)]
    public async Task Every_stage_goes_into_the_container_of_the_image_over_ssh()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var docker = ServingImage.Bench(keys);
        docker.Script("cd; echo \"in $CI_PROJECT_DIR on $(hostname)\"", "grep sshd: /etc/passwd").Service(LiveEngine.NoPorts, "db");

        Assert.True(await RunAsync(docker, keys.Settings, token) is JobVerdict.Succeeded, docker.Link.Trace);

        Assert.Contains("Using Docker executor with image gantry-test/busybox:latest ...", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains($"in /root/builds/group/project on {docker.Plan().UniqueName}\n", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("sshd:x:100:", docker.Link.Trace, StringComparison.Ordinal);
        Assert.DoesNotContain("are not started", docker.Link.Trace, StringComparison.Ordinal);
        Assert.Empty(await docker.LeftoversAsync(engine, token));
        await docker.ForgetVolumesAsync(engine, token);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_image_without_a_server_is_named_as_the_mistake_that_it_is()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var docker = ServingImage.Bench(keys);
        docker.Payload = docker.Payload with { Image = docker.Payload.Image! with { Entrypoint = ["sh", "-c", "exit 5"] } };

        var failed = Assert.IsType<JobVerdict.Failed>(await RunAsync(docker, keys.Settings, token));

        Assert.Equal(FailureReason.RunnerConfigurationError, failed.Reason);
        Assert.Contains("the container has ended with exit code 5; its image, with its own entrypoint and command, must keep a server running", failed.Message, StringComparison.Ordinal);
        Assert.Empty(await docker.LeftoversAsync(engine, token));
        await docker.ForgetVolumesAsync(engine, token);
    }

    private static async Task<JobVerdict> RunAsync(DockerBench docker, SshSettings ssh, CancellationToken token)
    {
        using var lifetime = new JobLifetime(TimeProvider.System);
        using var executor = new DockerSshExecutor(
            docker.OfProcess("first"), ssh with { Port = "22", User = "root", AcceptsAnyHostKey = true }, TimeProvider.System, NullLogger<SshExecutor>.Instance);
        return await new JobRun(new JobAssignment
        {
            Payload = docker.Payload,
            Runner = docker.Runner with { Executor = "docker-ssh" },
            Executor = executor,
            Link = docker.Link,
            Numbers = new JobNumbers(0, 0),
            JournalRoot = Path.Combine(docker.Folder, "jobs"),
        }, lifetime, TimeProvider.System, NullLogger.Instance).RunAsync(token);
    }
}
