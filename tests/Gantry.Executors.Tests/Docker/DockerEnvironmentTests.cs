using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Executors.Docker.Containers;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Docker;

[Trait("Needs", "DockerEngine")]
public sealed class DockerEnvironmentTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    [Fact(Timeout = 60_000)]
    [Trait("Trap", "30")]
    public async Task A_script_runs_in_the_image_with_the_jobs_variables_and_its_exit_code_is_the_result()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench().With("GREETING", "hello");
        await using (var place = await bench.PrepareAsync(token))
        {
            var exit = await place.RunAsync(DockerBench.Build("echo $GREETING; echo bad >&2; hostname; exit 7"), bench.Log, token);
            Assert.Equal(new ScriptExit(7, "exit code 7"), exit);
            Assert.Equal($"hello\n{bench.Plan().UniqueName}\n", bench.Log.Output);
            Assert.Equal("bad\n", bench.Log.ErrorOutput);
        }

        Assert.Contains("Using Docker executor with image gantry-test/busybox:latest ...", bench.Log.Lines);
        Assert.Contains("Using effective pull policy of [never] for container gantry-test/busybox:latest", bench.Log.Lines);
        Assert.Empty(await bench.LeftoversAsync(engine, token));
        await bench.ForgetVolumesAsync(engine, token);
    }

    [Fact(Timeout = 60_000)]
    public async Task Steps_share_one_container_but_no_process()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var place = await bench.PrepareAsync(token);
        await place.RunAsync(DockerBench.Build("echo kept > /tmp/file; sleep 600 &"), bench.Log, token);
        await place.RunAsync(DockerBench.Build("cat /tmp/file; ps | grep -c '[s]leep'"), bench.Log, token);
        Assert.Equal("kept\n0\n", bench.Log.Output);
        Assert.Single(await engine.Containers.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Trap", "13")]
    public async Task A_cancelled_script_gets_the_signal_and_the_next_step_a_new_container_with_the_same_files()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var place = await bench.PrepareAsync(token);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(token);
        var run = place.RunAsync(
            DockerBench.Build("echo 1 > /builds/file; echo 2 > /tmp/file; sh -c 'trap \"echo got it; exit 3\" TERM; echo ready; while true; do sleep 0.1; done'"),
            bench.Log, cancel.Token);
        while (!bench.Log.Output.Contains("ready", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, token);
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Empty(await engine.Containers.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token));

        await place.RunAsync(DockerBench.Build("cat /builds/file; ls /tmp"), bench.Log, token);
        Assert.EndsWith("1\n", bench.Log.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_container_that_somebody_else_removes_is_a_break_and_never_a_success()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var place = await bench.PrepareAsync(token);
        var run = place.RunAsync(DockerBench.Build("echo ready; sleep 600"), bench.Log, token);
        while (!bench.Log.Output.Contains("ready", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, token);
        }

        var container = Assert.Single(await engine.Containers.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token));
        await engine.Containers.RemoveAsync(container.Id, volumes: true, token);
        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => run);
        Assert.Equal(FailureReason.RunnerSystemFailure, broken.Reason);
        Assert.Contains("removed", broken.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false, "entrypoint of the image hi\nin the job\n")]
    [InlineData(true, "entrypoint of the job\nin the job\n")]
    public async Task An_entrypoint_runs_before_the_script_and_the_jobs_replaces_the_images(bool own, string expected)
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench().Image(LiveEngine.Entry).With("GREETING", "hi");
        if (own)
        {
            bench.Payload = bench.Payload with
            {
                Image = new JobImage { Name = LiveEngine.Entry, Entrypoint = ["/bin/sh", "-c", "echo entrypoint of the job; exec \"$@\"", "x"] },
            };
        }

        await using var place = await bench.PrepareAsync(token);
        await place.RunAsync(DockerBench.Build("echo in the job"), bench.Log, token);
        Assert.Equal(expected, bench.Log.Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_image_without_a_shell_says_so()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench().Image(LiveEngine.NoShell);
        await using (var place = await bench.PrepareAsync(token))
        {
            var broken = await Assert.ThrowsAsync<EnvironmentException>(() => place.RunAsync(DockerBench.Build("true"), bench.Log, token));
            Assert.Contains("\"sh\": executable file not found", broken.Message, StringComparison.Ordinal);
        }

        Assert.Empty(await bench.LeftoversAsync(engine, token));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_missing_image_under_never_names_the_policy_its_source_and_the_line_that_helps()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench().Image("gantry-test/missing:1");
        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(token));
        Assert.Equal(FailureReason.ImagePullFailure, broken.Reason);
        Assert.Contains("failed to pull image \"gantry-test/missing:1\" with specified policies [never]", broken.Message, StringComparison.Ordinal);
        Assert.Contains("set by Runner config", broken.Message, StringComparison.Ordinal);
        Assert.Contains("pull_policy = [\"if-not-present\"]", broken.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Trap", "29")]
    public async Task A_whole_job_succeeds_and_leaves_nothing()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench().Script("echo the job runs", "pwd");
        var verdict = await bench.RunJobAsync(token);
        Assert.IsType<JobVerdict.Succeeded>(verdict);
        Assert.Contains("the job runs", bench.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("/builds/group/project", bench.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("via runner-host", bench.Link.Trace, StringComparison.Ordinal);
        // In the first section and there alone: no other container needs an image of its own.
        Assert.InRange(
            bench.Link.Trace.IndexOf("Using docker image sha256:", StringComparison.Ordinal), 0,
            bench.Link.Trace.IndexOf(":prepare_script", StringComparison.Ordinal));
        Assert.Empty(await bench.LeftoversAsync(engine, token));
    }
}
