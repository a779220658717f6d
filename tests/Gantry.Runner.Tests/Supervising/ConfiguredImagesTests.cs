using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;
using Gantry.Runner.Supervising;
using Gantry.TestKit.Logging;

namespace Gantry.Runner.Tests.Supervising;

public sealed class ConfiguredImagesTests
{
    private readonly RecordingLogger<ConfiguredImagesTests> _log = new();

    [Fact]
    public void Images_are_named_as_the_job_wrote_them_when_the_flag_is_on()
    {
        using var options = JsonDocument.Parse("""{"docker":{"platform":"linux/arm64"}}""");
        var payload = new JobPayload
        {
            Image = new JobImage { Name = "$REGISTRY/app", ExecutorOpts = options.RootElement },
            Services = [new JobImage { Name = "redis:7" }],
        };

        ConfiguredImages.LogTo(_log, payload, Runner(on: true));

        Assert.Equal(["Image configured for job", "Service image configured for job"], _log.Messages);
        Assert.Equal(("$REGISTRY/app", "linux/arm64"), (_log.Entries[0].Fields["image_name"], _log.Entries[0].Fields["image_platform"]));
        Assert.Equal("redis:7", _log.Entries[1].Fields["image_name"]);
    }

    [Fact]
    public void Nothing_is_said_without_the_flag_or_without_images()
    {
        ConfiguredImages.LogTo(_log, new JobPayload { Image = new JobImage { Name = "app" } }, Runner(on: false));
        ConfiguredImages.LogTo(_log, new JobPayload(), Runner(on: true));

        Assert.Empty(_log.Entries);
    }

    private static RunnerSettings Runner(bool on) => new()
    {
        Name = "runner",
        Url = "https://gitlab.example.com",
        Token = new Secret("t"),
        ShortToken = "t",
        SystemId = "s_1",
        Executor = "docker",
        HostName = "host",
        ExecutablePath = "/usr/bin/gantry",
        Version = new ProductVersion("gantry", "1", "r", "linux", "amd64"),
        FeatureFlags = new Dictionary<string, bool> { ["FF_LOG_IMAGES_CONFIGURED_FOR_JOB"] = on },
    };
}
