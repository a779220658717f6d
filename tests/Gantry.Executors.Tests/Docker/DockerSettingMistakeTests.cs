using Gantry.Engine.Executors;

namespace Gantry.Executors.Tests.Docker;

[Trait("Needs", "DockerEngine")]
public sealed class DockerSettingMistakeTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    [Theory(Timeout = 90_000)]
    [InlineData("memory", "lots", "invalid size")]
    [InlineData("device", "a:b:c:d", "too many colons")]
    [InlineData("volume", "relative/path", "invalid volume specification")]
    [InlineData("log", "max-size", "invalid log options")]
    [InlineData("policy", "sometimes", "unsupported pull_policy config")]
    public async Task A_setting_that_cannot_be_read_fails_the_job_as_a_mistake_of_the_configuration(string key, string value, string expected)
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        bench.Settings = key switch
        {
            "memory" => bench.Settings with { Memory = value },
            "device" => bench.Settings with { Devices = [value] },
            "volume" => bench.Settings with { Volumes = [value] },
            "log" => bench.Settings with { LogOptions = new Dictionary<string, string> { [value] = "1" } },
            _ => bench.Settings with { PullPolicy = [value] },
        };
        var broken = await Assert.ThrowsAsync<EnvironmentException>(async () =>
        {
            await using var place = await bench.PrepareAsync(token);
            await place.RunAsync(DockerBench.Build("true"), bench.Log, token);
        });
        Assert.Equal("runner_configuration_error", broken.Reason.Wire);
        Assert.Contains(expected, broken.Message, StringComparison.Ordinal);
        Assert.Contains(bench.Settings.Problems(), problem => problem.Message.Contains(expected, StringComparison.Ordinal));
    }
}
