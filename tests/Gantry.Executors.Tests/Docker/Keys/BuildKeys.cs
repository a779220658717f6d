using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;

namespace Gantry.Executors.Tests.Docker.Keys;

/// <summary>Keys that shape the build container.</summary>
internal static class BuildKeys
{
    public static IReadOnlyDictionary<string, Scenario> Scenarios { get; } = new Dictionary<string, Scenario>
    {
        ["limits"] = new(),
        ["rights"] = new(),
        ["network"] = new(),
        ["files"] = new() { Job = bench => bench.With("NAME", "anna") },
        ["cache-dir"] = new() { Toml = "volumes = [\"/cache\"]" },
        ["no-cache"] = new() { Toml = "volumes = [\"/cache\"]" },
        ["keep"] = new(),
    };

    public static IReadOnlyList<KeyCase> Cases { get; } = [.. Limits(), .. Rights(), .. Network(), .. Files()];

    private static IEnumerable<KeyCase> Limits() =>
    [
        new("host", "limits", "", seen => Assert.Contains(seen.Requests, line => line.StartsWith("POST ", StringComparison.Ordinal) && line.Contains("/containers/create", StringComparison.Ordinal))),
        new("hostname", "limits", "hostname = \"my-host\"", seen => Assert.Equal("my-host", seen.Build.Config.Hostname)),
        new("runtime", "limits", "runtime = \"runc\"", seen => Assert.Equal("runc", seen.Host.Runtime)),
        new("memory", "limits", "memory = \"128m\"", seen => Assert.Equal(134217728, seen.Host.Memory)),
        new("memory_swap", "limits", "memory_swap = \"256m\"", seen => Assert.Equal(268435456, seen.Host.MemorySwap)),
        new("memory_reservation", "limits", "memory_reservation = \"64m\"", seen => Assert.Equal(67108864, seen.Host.MemoryReservation)),
        new("cgroup_parent", "limits", "cgroup_parent = \"/gantry-test\"", seen => Assert.Equal("/gantry-test", seen.Host.CgroupParent)),
        new("cpuset_cpus", "limits", "cpuset_cpus = \"0\"", seen => Assert.Equal("0", seen.Host.CpusetCpus)),
        new("cpuset_mems", "limits", "cpuset_mems = \"0\"", seen => Assert.Equal("0", seen.Host.CpusetMems)),
        new("cpus", "limits", "cpus = \"1/2\"", seen => Assert.Equal(500_000_000, seen.Host.NanoCpus)),
        new("cpu_shares", "limits", "cpu_shares = 512", seen => Assert.Equal(512, seen.Host.CpuShares)),
        new("oom_kill_disable", "limits", "oom_kill_disable = true", seen => Assert.True(seen.Host.OomKillDisable)),
        new("oom_score_adjust", "limits", "oom_score_adjust = 100", seen => Assert.Equal(100, seen.Host.OomScoreAdj)),
        new("devices", "limits", "devices = [\"/dev/null:/dev/nothing:r\"]", seen => Assert.Equal(new DeviceSpec("/dev/null", "/dev/nothing", "r"), Assert.Single(seen.Host.Devices!))),
        new("device_cgroup_rules", "limits", "device_cgroup_rules = [\"c 1:3 mr\"]", seen => Assert.Equal(["c 1:3 mr"], seen.Host.DeviceCgroupRules)),
        new("gpus", "limits", "gpus = '\"device=0,1\"'", seen => Assert.Equal(["0", "1"], Assert.Single(seen.Host.DeviceRequests!).DeviceIDs)),
        new("shm_size", "limits", "shm_size = 33554432", seen => Assert.Equal(33554432, seen.Host.ShmSize)),
        new("ulimit", "limits", "ulimit = { nofile = \"1024:2048\" }", seen => Assert.Equal(new UlimitSpec("nofile", 1024, 2048), Assert.Single(seen.Host.Ulimits!))),
        new("sysctls", "limits", "sysctls = { \"net.ipv4.ip_forward\" = \"1\" }", seen => Assert.Equal("1", seen.Host.Sysctls!["net.ipv4.ip_forward"])),
    ];

    private static IEnumerable<KeyCase> Rights() =>
    [
        new("privileged", "rights", "privileged = true", seen => Assert.True(seen.Host.Privileged)),
        new("user", "rights", "user = \"1000:1000\"", seen => Assert.Equal("1000:1000", seen.Build.Config.User)),
        new("group_add", "rights", "group_add = [\"2000\"]", seen => Assert.Equal(["2000"], seen.Host.GroupAdd)),
        new("userns_mode", "rights", "userns_mode = \"host\"", seen => Assert.Equal("host", seen.Host.UsernsMode)),
        new("cap_add", "rights", "cap_add = [\"NET_ADMIN\"]", seen => Assert.EndsWith("NET_ADMIN", Assert.Single(seen.Host.CapAdd!), StringComparison.Ordinal)),
        new("cap_drop", "rights", "cap_drop = [\"DAC_OVERRIDE\"]", seen => Assert.EndsWith("DAC_OVERRIDE", Assert.Single(seen.Host.CapDrop!), StringComparison.Ordinal)),
        new("security_opt", "rights", "security_opt = [\"no-new-privileges\"]", seen => Assert.Contains("no-new-privileges", seen.Host.SecurityOpt!)),
        new("pid_mode", "rights", "pid_mode = \"host\"", seen => Assert.Equal("host", seen.Host.PidMode)),
        new("ipcmode", "rights", "ipcmode = \"host\"", seen => Assert.Equal("host", seen.Host.IpcMode)),
        new("isolation", "rights", "isolation = \"default\"", seen => Assert.Equal("default", seen.Host.Isolation)),
    ];

    private static IEnumerable<KeyCase> Network() =>
    [
        new("network_mode", "network", "network_mode = \"bridge\"", seen => Assert.Equal("bridge", seen.Host.NetworkMode)),
        new("dns", "network", "dns = [\"192.0.2.1\"]", seen => Assert.Equal(["192.0.2.1"], seen.Host.Dns)),
        new("dns_search", "network", "dns_search = [\"example.com\"]", seen => Assert.Equal(["example.com"], seen.Host.DnsSearch)),
        new("extra_hosts", "network", "extra_hosts = [\"there:192.0.2.7\"]", seen => Assert.Equal(["there:192.0.2.7"], seen.Host.ExtraHosts)),
        new("mac_address", "network", "mac_address = \"92:d0:c6:0a:29:33\"", seen => Assert.Equal("92:d0:c6:0a:29:33", seen.Build.Config.MacAddress)),
        new("links", "network", "links = [\"{other}:there\"]", seen => Assert.EndsWith("/there", Assert.Single(seen.Host.Links!), StringComparison.Ordinal)),
    ];

    private static IEnumerable<KeyCase> Files() =>
    [
        new("volumes", "files", "volumes = [\"{folder}:/given:ro\", \"/cache\", \"/of/$NAME\"]", seen =>
        {
            Assert.Equal([$"{seen.Folder}:/given:ro"], seen.Host.Binds);
            Assert.Equal(["/builds", "/cache", "/of/anna"], seen.Build.Mounts.Where(m => m.Type == "volume").Select(m => m.Destination).Order(StringComparer.Ordinal));
            Assert.Equal(2, seen.VolumesLeft.Count);
        }),
        new("tmpfs", "files", "tmpfs = { \"/fast\" = \"rw,noexec\" }", seen => Assert.Equal("rw,noexec", seen.Host.Tmpfs!["/fast"])),
        new("container_labels", "files", "container_labels = { \"my.label\" = \"for $NAME\" }", seen =>
        {
            Assert.Equal("for anna", seen.Build.Config.Labels!["my.label"]);
            Assert.Equal("build", seen.Build.Config.Labels[JobLabels.Prefix + "type"]);
        }),
        new("log_options", "files", "log_options = { labels = \"my.label\" }", seen => Assert.Equal(("json-file", "my.label"), (seen.Host.LogConfig!.Type, seen.Host.LogConfig.Config!["labels"]))),
        new("volume_driver", "files", "volume_driver = \"local\"", seen => Assert.Equal("local", seen.Host.VolumeDriver)),
        new("volume_driver_ops", "files", "volume_driver_ops = { type = \"tmpfs\", device = \"tmpfs\" }", seen =>
            Assert.All(seen.Host.Mounts!, mount => Assert.Equal("tmpfs", mount.VolumeOptions!.DriverConfig!.Options!["type"]))),
        new("volumes_from", "files", "volumes_from = [\"{other}\"]", seen => Assert.Equal([seen.Other], seen.Host.VolumesFrom)),
        new("cache_dir", "cache-dir", "cache_dir = \"{folder}/kept\"", seen =>
        {
            var bind = Assert.Single(seen.Host.Binds!);
            Assert.StartsWith(seen.Folder + "/kept/runner-", bind, StringComparison.Ordinal);
            Assert.EndsWith(":/cache", bind, StringComparison.Ordinal);
        }),
        new("disable_cache", "no-cache", "disable_cache = true", seen =>
        {
            Assert.Contains(seen.Build.Mounts, mount => mount.Destination == "/cache");
            Assert.Empty(seen.VolumesLeft);
        }),
        new("volume_keep", "keep", "volume_keep = true", seen =>
            Assert.DoesNotContain("v=1", Assert.Single(seen.Requests, line => line.StartsWith("DELETE", StringComparison.Ordinal) && line.Contains("/containers/", StringComparison.Ordinal)), StringComparison.Ordinal)),
    ];
}
