using Gantry.Engine.Executors;
using Gantry.Executors.Docker;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;

namespace Gantry.Executors.Tests.Docker;

/// <summary>Each key of <c>[runners.docker]</c> that reaches a container, read back from the engine.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class DockerSettingsReadBackTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    [Fact(Timeout = 90_000)]
    public async Task Limits_and_devices_of_the_build_container()
    {
        var (container, host) = await BuildAsync(settings => settings with
        {
            Hostname = "my-host",
            Runtime = "runc",
            Memory = "128m",
            MemorySwap = "256m",
            MemoryReservation = "64m",
            CgroupParent = "/gantry-test",
            CpusetCpus = "0",
            CpusetMems = "0",
            Cpus = "0.5",
            CpuShares = 512,
            Devices = ["/dev/null:/dev/nothing:r"],
            DeviceCgroupRules = ["c 1:3 mr"],
            Gpus = "\"device=0,1\"",
            Ulimit = new Dictionary<string, string> { ["nofile"] = "1024:2048" },
            OomKillDisable = true,
            OomScoreAdjust = 100,
            ShmSize = 33554432,
        });
        Assert.Equal("my-host", container.Config.Hostname);
        Assert.Equal("runc", host.Runtime);
        Assert.Equal((134217728, 268435456, 67108864), (host.Memory, host.MemorySwap, host.MemoryReservation));
        Assert.Equal("/gantry-test", host.CgroupParent);
        Assert.Equal(("0", "0", 512, 500_000_000), (host.CpusetCpus, host.CpusetMems, host.CpuShares, host.NanoCpus));
        Assert.Equal(new DeviceSpec("/dev/null", "/dev/nothing", "r"), Assert.Single(host.Devices!));
        Assert.Equal(["c 1:3 mr"], host.DeviceCgroupRules);
        Assert.Equal(["0", "1"], Assert.Single(host.DeviceRequests!).DeviceIDs);
        Assert.Equal(new UlimitSpec("nofile", 1024, 2048), Assert.Single(host.Ulimits!));
        Assert.True(host.OomKillDisable);
        Assert.Equal((100, 33554432), (host.OomScoreAdj, host.ShmSize));
    }

    [Fact(Timeout = 90_000)]
    public async Task Rights_of_the_build_container()
    {
        var (container, host) = await BuildAsync(settings => settings with
        {
            Privileged = true,
            User = "1000:1000",
            GroupAdd = ["2000"],
            UsernsMode = "host",
            CapAdd = ["NET_ADMIN"],
            CapDrop = ["DAC_OVERRIDE"],
            SecurityOpt = ["no-new-privileges"],
            PidMode = "host",
            IpcMode = "host",
        });
        Assert.True(host.Privileged);
        Assert.Equal("1000:1000", container.Config.User);
        Assert.Equal(["2000"], host.GroupAdd);
        Assert.Equal("host", host.UsernsMode);
        Assert.EndsWith("NET_ADMIN", Assert.Single(host.CapAdd!), StringComparison.Ordinal);
        Assert.EndsWith("DAC_OVERRIDE", Assert.Single(host.CapDrop!), StringComparison.Ordinal);
        Assert.Contains("no-new-privileges", host.SecurityOpt!);
        Assert.Equal(("host", "host"), (host.PidMode, host.IpcMode));
    }

    [Fact(Timeout = 90_000)]
    public async Task Network_of_the_build_container()
    {
        var (container, host) = await BuildAsync(settings => settings with
        {
            NetworkMode = "bridge",
            Dns = ["192.0.2.1"],
            DnsSearch = ["example.com"],
            ExtraHosts = ["there:192.0.2.7"],
            MacAddress = "92:d0:c6:0a:29:33",
            Sysctls = new Dictionary<string, string> { ["net.ipv4.ip_forward"] = "1" },
        });
        Assert.Equal("bridge", host.NetworkMode);
        Assert.Equal(["192.0.2.1"], host.Dns);
        Assert.Equal(["example.com"], host.DnsSearch);
        Assert.Equal(["there:192.0.2.7"], host.ExtraHosts);
        Assert.Equal("92:d0:c6:0a:29:33", container.Config.MacAddress);
        Assert.Equal("1", host.Sysctls!["net.ipv4.ip_forward"]);
    }

    [Fact(Timeout = 90_000)]
    public async Task Files_labels_and_logs_of_the_build_container()
    {
        using var folder = new TestKit.Engine.TempFolder();
        var (container, host) = await BuildAsync(settings => settings with
        {
            Volumes = [$"{folder.Path}:/given:ro", "/cache", "/of/$NAME"],
            Tmpfs = new Dictionary<string, string> { ["/fast"] = "rw,noexec" },
            ContainerLabels = new Dictionary<string, string> { ["my.label"] = "for $NAME" },
            LogOptions = new Dictionary<string, string> { ["labels"] = "my.label" },
            VolumeDriver = "local",
            VolumeDriverOptions = new Dictionary<string, string> { ["type"] = "tmpfs", ["device"] = "tmpfs" },
        }, bench => bench.With("NAME", "anna"));
        Assert.Equal([$"{folder.Path}:/given:ro"], host.Binds);
        Assert.Equal(["/builds", "/cache", "/of/anna"], container.Mounts.Where(m => m.Type == "volume").Select(m => m.Destination).Order(StringComparer.Ordinal));
        Assert.Equal("rw,noexec", host.Tmpfs!["/fast"]);
        Assert.Equal("for anna", container.Config.Labels!["my.label"]);
        Assert.Equal("build", container.Config.Labels[JobLabels.Prefix + "type"]);
        Assert.Equal(("json-file", "my.label"), (host.LogConfig!.Type, host.LogConfig.Config!["labels"]));
        Assert.Equal("local", host.VolumeDriver);
        Assert.All(host.Mounts!, mount => Assert.Equal("tmpfs", mount.VolumeOptions!.DriverConfig!.Options!["type"]));
    }

    [Fact(Timeout = 90_000)]
    public async Task Everything_of_a_service_container()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench().Service(LiveEngine.NoPorts);
        bench.Settings = bench.Settings with
        {
            Privileged = true,
            ServicesPrivileged = false,
            ServiceMemory = "128m",
            ServiceMemorySwap = "256m",
            ServiceMemoryReservation = "64m",
            ServiceCgroupParent = "/gantry-test",
            ServiceCpusetCpus = "0",
            ServiceCpus = "0.5",
            ServiceCpuShares = 512,
            ServicesSecurityOpt = ["no-new-privileges"],
            ServicesTmpfs = new Dictionary<string, string> { ["/fast"] = "rw" },
            ServicesDevices = new Dictionary<string, IReadOnlyList<string>> { ["gantry-test/*"] = ["/dev/null"], ["other/*"] = ["/dev/zero"] },
            CapAdd = ["NET_ADMIN"],
            Memory = "64m",
        };
        await using var place = await bench.PrepareAsync(token);
        var host = (await FindAsync(bench, engine, "service", token)).HostConfig;
        Assert.False(host.Privileged);
        Assert.Equal((134217728, 268435456, 67108864), (host.Memory, host.MemorySwap, host.MemoryReservation));
        Assert.Equal(("/gantry-test", "0", 512, 500_000_000), (host.CgroupParent, host.CpusetCpus, host.CpuShares, host.NanoCpus));
        Assert.Contains("no-new-privileges", host.SecurityOpt!);
        Assert.Equal("rw", host.Tmpfs!["/fast"]);
        Assert.Equal("/dev/null", Assert.Single(host.Devices!).PathOnHost);
        Assert.True(host.CapAdd is null or { Count: 0 });
    }

    [Fact(Timeout = 90_000)]
    public async Task A_network_per_build_has_the_configured_size()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench().With("FF_NETWORK_PER_BUILD", "true");
        bench.Settings = bench.Settings with { NetworkMtu = 1400 };
        await using var place = await bench.PrepareAsync(token);
        var network = Assert.Single(await engine.Networks.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token));
        Assert.Equal("1400", network.Options["com.docker.network.driver.mtu"]);
        Assert.Equal(bench.Plan().Variables.Get("CI_BUILD_NETWORK_NAME"), network.Name);
    }

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

    private async Task<(ContainerDetails Container, HostSpec Host)> BuildAsync(
        Func<DockerSettings, DockerSettings> change, Action<DockerBench>? prepare = null)
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        prepare?.Invoke(bench);
        bench.Settings = change(bench.Settings);
        await using var place = await bench.PrepareAsync(token);
        // Makes the container; it need not run.
        await ((IReachableWorkspace)place).PlaceAsync([new PlacedTree { Target = bench.Plan().Folders.Project }], bench.Log, token);
        var details = await FindAsync(bench, engine, "build", token);
        await place.DisposeAsync();
        await bench.ForgetVolumesAsync(engine, token);
        return (details, details.HostConfig);
    }

    private static async Task<ContainerDetails> FindAsync(DockerBench bench, EngineClient engine, string type, CancellationToken token) =>
        await engine.Containers.InspectAsync(
            Assert.Single(await engine.Containers.ListAsync([$"{JobLabels.Owner}={bench.Owner}", $"{JobLabels.Prefix}type={type}"], token)).Id, token);
}
