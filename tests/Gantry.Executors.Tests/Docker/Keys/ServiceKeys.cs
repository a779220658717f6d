using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Docker.Keys;

/// <summary>Keys that shape services and the network they share with the job.</summary>
internal static class ServiceKeys
{
    private const string Service = """
        { name = "$WANTED", alias = "shop,till", command = ["sleep 60"], entrypoint = ["/bin/sh", "-c"], environment = ["SET=by config"] }
        """;

    public static IReadOnlyDictionary<string, Scenario> Scenarios { get; } = new Dictionary<string, Scenario>
    {
        ["services"] = new()
        {
            Toml = "privileged = true\ncap_add = [\"NET_ADMIN\"]\nmemory = \"64m\"",
            Job = bench => bench.With("WANTED", LiveEngine.NoPorts).With("FF_NETWORK_PER_BUILD", "true"),
        },
        ["service-gpus"] = new() { Job = bench => bench.Service(LiveEngine.NoPorts) },
        ["ipv6"] = new() { Job = bench => bench.With("FF_NETWORK_PER_BUILD", "true") },
        ["too-many"] = new() { Job = bench => bench.Service(LiveEngine.NoPorts) },
        ["waiting"] = new() { Job = bench => bench.Service(LiveEngine.Web) },
        ["allowed-services"] = new() { Job = bench => bench.Service(LiveEngine.NoPorts) },
        ["plain-services"] = new() { Toml = "privileged = true", Job = bench => bench.Service(LiveEngine.NoPorts) },
    };

    public static IReadOnlyList<KeyCase> Cases { get; } = [.. Definitions(), .. Limits(), .. Rules()];

    private static IEnumerable<KeyCase> Definitions() =>
    [
        new("services", "services", $"services = [{Service.Trim()}]", seen => Assert.NotEmpty(seen.Service.Id)),
        new("services.name", "services", "", seen => Assert.Contains("Starting service gantry-test/noports:latest...", seen.Text, StringComparison.Ordinal)),
        new("services.alias", "services", "", seen => Assert.Superset(
            new HashSet<string> { "shop", "till", "gantry-test-noports" }, Assert.Single(seen.Service.NetworkSettings.Networks.Values).Aliases.ToHashSet())),
        new("services.command", "services", "", seen => Assert.Equal(["sleep 60"], seen.Service.Config.Cmd)),
        new("services.entrypoint", "services", "", seen => Assert.Equal(["/bin/sh", "-c"], seen.Service.Config.Entrypoint)),
        new("services.environment", "services", "", seen => Assert.Contains("SET=by config", seen.Service.Config.Env!)),
        new("network_mtu", "services", "network_mtu = 1400", seen => Assert.Equal("1400", Assert.Single(seen.Networks).Options["com.docker.network.driver.mtu"])),
    ];

    private static IEnumerable<KeyCase> Limits() =>
    [
        new("services_privileged", "services", "services_privileged = false", seen =>
        {
            Assert.False(seen.Service.HostConfig.Privileged);
            Assert.True(seen.Service.HostConfig.CapAdd is null or { Count: 0 });
            Assert.True(seen.Host.Privileged);
        }),
        new("services_security_opt", "services", "services_security_opt = [\"no-new-privileges\"]", seen => Assert.Contains("no-new-privileges", seen.Service.HostConfig.SecurityOpt!)),
        new("services_devices", "services", "services_devices = { \"gantry-test/*\" = [\"/dev/null\"], \"other/*\" = [\"/dev/zero\"] }", seen =>
            Assert.Equal("/dev/null", Assert.Single(seen.Service.HostConfig.Devices!).PathOnHost)),
        new("services_tmpfs", "services", "services_tmpfs = { \"/fast\" = \"rw\" }", seen => Assert.Equal("rw", seen.Service.HostConfig.Tmpfs!["/fast"])),
        new("service_memory", "services", "service_memory = \"128m\"", seen => Assert.Equal(134217728, seen.Service.HostConfig.Memory)),
        new("service_memory_swap", "services", "service_memory_swap = \"256m\"", seen => Assert.Equal(268435456, seen.Service.HostConfig.MemorySwap)),
        new("service_memory_reservation", "services", "service_memory_reservation = \"32m\"", seen => Assert.Equal(33554432, seen.Service.HostConfig.MemoryReservation)),
        new("service_cgroup_parent", "services", "service_cgroup_parent = \"/gantry-test\"", seen => Assert.Equal("/gantry-test", seen.Service.HostConfig.CgroupParent)),
        // Slots are the autoscaler's: without one the template names nothing, as officially.
        new("service_slot_cgroup_template", "services", "service_slot_cgroup_template = \"slot-${slot}\"", seen => Assert.DoesNotContain("slot-", seen.Service.HostConfig.CgroupParent!, StringComparison.Ordinal)),
        new("service_cpuset_cpus", "services", "service_cpuset_cpus = \"0\"", seen => Assert.Equal("0", seen.Service.HostConfig.CpusetCpus)),
        new("service_cpus", "services", "service_cpus = \"0.5\"", seen => Assert.Equal(500_000_000, seen.Service.HostConfig.NanoCpus)),
        new("service_cpu_shares", "services", "service_cpu_shares = 256", seen => Assert.Equal(256, seen.Service.HostConfig.CpuShares)),
        // No GPU here: the engine refuses the start, so the request tells.
        new("service_gpus", "service-gpus", "service_gpus = \"all\"", seen =>
        {
            Assert.Contains("\"DeviceRequests\":[{\"Driver\":\"\",\"Count\":-1", seen.Sent, StringComparison.Ordinal);
            Assert.Contains("could not select device driver", seen.Failure, StringComparison.Ordinal);
        }),
    ];

    private static IEnumerable<KeyCase> Rules() =>
    [
        // An engine without an address pool for it refuses; what was asked for counts.
        new("enable_ipv6", "ipv6", "enable_ipv6 = true", seen => Assert.Contains("\"EnableIPv6\":true", seen.Sent, StringComparison.Ordinal)),
        new("services_limit", "too-many", "services_limit = 0", seen => Assert.Equal("too many services requested: 1, only 0 allowed", seen.Failure)),
        new("wait_for_services_timeout", "waiting", "wait_for_services_timeout = 7", seen => Assert.Contains("Waiting for services to be up and running (timeout 7 seconds)...", seen.Text, StringComparison.Ordinal)),
        new("allowed_services", "allowed-services", "allowed_services = [\"other/*\"]", seen =>
        {
            Assert.Equal("disallowed image", seen.Failure);
            Assert.Contains("The \"gantry-test/noports:latest\" image is not present on list of allowed services:\n- other/*\n", seen.Text, StringComparison.Ordinal);
        }),
        new("allowed_privileged_services", "plain-services", "allowed_privileged_services = [\"other/*\"]", seen =>
        {
            Assert.True(seen.Host.Privileged);
            Assert.False(seen.Service.HostConfig.Privileged);
        }),
    ];

    /// <summary>A job's own entrypoint, for images that have one.</summary>
    public static JobImage EntryImage { get; } = new() { Name = LiveEngine.Entry, Entrypoint = ["/bin/sh", "-c", "echo entrypoint of the job; exec \"$@\"", "x"] };
}
