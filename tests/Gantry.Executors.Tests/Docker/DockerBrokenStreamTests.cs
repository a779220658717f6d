using Gantry.Engine.Executors;
using Gantry.Protocol;

namespace Gantry.Executors.Tests.Docker;

/// <summary>Connections to the engine that break while a script runs; the proxy between breaks them.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class DockerBrokenStreamTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    private const string Counting = "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i of the output; [ $((i % 20)) = 0 ] && { echo error $i >&2; sleep 0.05; }; done; sleep 2; exit 5";

    [Theory(Timeout = 90_000)]
    // In the middle of a frame's head, of a frame, and between two frames.
    [InlineData(130)]
    [InlineData(500)]
    [InlineData(2_047)]
    [InlineData(5_000)]
    public async Task An_output_stream_that_breaks_goes_on_from_the_very_byte(int bytes)
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var proxy = new EngineProxy(bench.Folder) { Limit = line => line.Contains("/attach", StringComparison.Ordinal) ? bytes : null };
        bench.Settings = bench.Settings with { Host = proxy.Host };
        await using var place = await bench.PrepareAsync(token);
        Assert.Equal(5, (await place.RunAsync(DockerBench.Build(Counting), bench.Log, token)).Code);

        Assert.Contains(bench.Log.Lines, line => line.Contains("reading on from the container's log", StringComparison.Ordinal));
        Assert.Equal(string.Concat(Enumerable.Range(1, 400).Select(i => $"line {i} of the output\n")), bench.Log.Output);
        Assert.Equal(string.Concat(Enumerable.Range(1, 20).Select(i => $"error {i * 20}\n")), bench.Log.ErrorOutput);
    }

    [Fact(Timeout = 90_000)]
    public async Task The_second_script_of_a_container_does_not_repeat_the_output_of_the_first()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        var attaches = 0;
        await using var proxy = new EngineProxy(bench.Folder)
        {
            Limit = line => line.Contains("/attach", StringComparison.Ordinal) && Interlocked.Increment(ref attaches) == 2 ? 300 : null,
        };
        bench.Settings = bench.Settings with { Host = proxy.Host };
        await using var place = await bench.PrepareAsync(token);
        await place.RunAsync(DockerBench.Build("echo first"), bench.Log, token);
        await place.RunAsync(DockerBench.Build(Counting), bench.Log, token);
        Assert.Equal("first\n" + string.Concat(Enumerable.Range(1, 400).Select(i => $"line {i} of the output\n")), bench.Log.Output);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_wait_that_breaks_is_asked_again()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var proxy = new EngineProxy(bench.Folder);
        bench.Settings = bench.Settings with { Host = proxy.Host };
        await using var place = await bench.PrepareAsync(token);
        var run = place.RunAsync(DockerBench.Build(Counting), bench.Log, token);
        while (!bench.Log.Output.Contains("line 40 ", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, token);
        }

        proxy.Break("/wait?condition=next-exit");
        Assert.Equal(5, (await run).Code);
        Assert.Equal(string.Concat(Enumerable.Range(1, 400).Select(i => $"line {i} of the output\n")), bench.Log.Output);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_connection_that_breaks_before_the_script_is_handed_over_is_a_break_and_no_result()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var proxy = new EngineProxy(bench.Folder);
        bench.Settings = bench.Settings with { Host = proxy.Host };
        await using var place = await bench.PrepareAsync(token);
        // More than all buffers on the way hold, and the shell reads line by line.
        var script = "echo begin; sleep 3\n" + string.Concat(Enumerable.Repeat(": padding of a long script ................................................\n", 40_000)) + "exit 0\n";
        var run = place.RunAsync(DockerBench.Build(script), bench.Log, token);
        while (!bench.Log.Output.Contains("begin", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, token);
        }

        proxy.Break("/attach");
        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => run);
        Assert.Equal(FailureReason.RunnerSystemFailure, broken.Reason);
        Assert.Contains("has not read the whole script", broken.Message, StringComparison.Ordinal);
    }
}
