using System.Globalization;
using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Spine;

/// <summary>A log far beyond any buffer.</summary>
public sealed class LongLogTests(ITestOutputHelper output) : IDisposable
{
    private const int Lines = 200_000;
    private const long MostMemory = 150_000_000;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact(Timeout = 600_000)]
    public async Task A_log_of_200_MB_arrives_whole_in_order_and_in_bounded_memory()
    {
        await using var server = await GantryServer.StartAsync(_scratch, "--max-trace-size", "400");
        await using var runner = await GantryRunner.StartAsync(_scratch, server, flags: ["--output-limit", "400000"]);
        var project = await server.CreateProjectAsync("long-log");

        var sha = await server.PushAsync(project, (".gitlab-ci.yml", $$"""
            print:
              script:
                - awk 'BEGIN { for (i = 1; i <= {{Lines}}; i++) printf "line %07d %0987d\n", i, 0 }'
            """));

        var pipeline = await server.PipelineAsync(project, sha);
        Assert.Equal("success", pipeline.GetProperty("status").GetString());
        var job = Assert.Single(await server.JobsAsync(project, pipeline));
        var (next, bytes) = (1, 0L);
        using (var log = await server.OpenTraceAsync(project, job))
        {
            while (await log.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                bytes += line.Length + 1;
                var at = line.IndexOf("line 0", StringComparison.Ordinal);
                if (at >= 0 && line.Length > 500)
                {
                    Assert.Equal(next, int.Parse(line.AsSpan(at + 5, 7), CultureInfo.InvariantCulture));
                    next++;
                }
            }
        }

        Assert.Equal(Lines + 1, next);
        Assert.True(bytes > 200_000_000, $"{bytes} bytes");
        output.WriteLine($"peak memory: runner {runner.Process.PeakMemory() / 1_000_000} MB, server {server.Process.PeakMemory() / 1_000_000} MB");
        Assert.True(runner.Process.PeakMemory() < MostMemory, $"runner: {runner.Process.PeakMemory()} bytes");
        Assert.True(server.Process.PeakMemory() < MostMemory, $"server: {server.Process.PeakMemory()} bytes");
    }
}
