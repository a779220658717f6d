using Gantry.Executors.Docker;

namespace Gantry.Runner.Configuration;

/// <summary>From <c>[runners.docker]</c> to the docker executor's settings. Texts are read further by that executor.</summary>
public static class DockerSettingsReader
{
    /// <param name="entry">Without the table, all keys are unset.</param>
    public static DockerSettings Read(RunnerEntry entry) => ReadEntry(entry.Table);

    /// <param name="entry">A table of <c>[[runners]]</c>.</param>
    internal static DockerSettings ReadEntry(ConfigTable entry) =>
        Read(entry.TableOrEmpty("docker")) with { HasWindowsContainers = entry.Text("executor") == "docker-windows" };

    private static DockerSettings Read(ConfigTable docker) => Services(Lists(Limits(new DockerSettings
    {
        Host = docker.Text("host"),
        TlsCertPath = docker.Text("tls_cert_path"),
        TlsVerify = docker.Boolean("tls_verify"),
        Hostname = docker.Text("hostname"),
        Image = docker.Text("image"),
        Runtime = docker.Text("runtime"),
        Privileged = docker.Boolean("privileged"),
        ServicesPrivileged = docker.OptionalBoolean("services_privileged"),
        DisableEntrypointOverwrite = docker.Boolean("disable_entrypoint_overwrite"),
        User = docker.Text("user"),
        UsernsMode = docker.Text("userns_mode"),
        DisableCache = docker.Boolean("disable_cache"),
        VolumeKeep = docker.Boolean("volume_keep"),
        VolumeDriver = docker.Text("volume_driver"),
        VolumeDriverOptions = docker.TextMap("volume_driver_ops"),
        CacheDir = docker.Text("cache_dir"),
        NetworkMode = docker.Text("network_mode"),
        PidMode = docker.Text("pid_mode"),
        IpcMode = docker.Text("ipcmode"),
        MacAddress = docker.Text("mac_address"),
        WaitForServicesTimeout = (int)docker.Number("wait_for_services_timeout"),
        PullPolicy = docker.TextList("pull_policy"),
        Isolation = docker.Text("isolation"),
        Tmpfs = docker.TextMap("tmpfs"),
        ServicesTmpfs = docker.TextMap("services_tmpfs"),
        Sysctls = docker.TextMap("sysctls"),
        HelperImage = docker.Text("helper_image"),
        HelperImageFlavor = docker.Text("helper_image_flavor"),
        ContainerLabels = docker.TextMap("container_labels"),
        EnableIPv6 = docker.Boolean("enable_ipv6"),
        Ulimit = docker.TextMap("ulimit"),
        NetworkMtu = docker.Number("network_mtu"),
        LogOptions = docker.TextMap("log_options"),
    }, docker), docker), docker);

    private static DockerSettings Limits(DockerSettings settings, ConfigTable docker) => settings with
    {
        Memory = docker.Text("memory"),
        MemorySwap = docker.Text("memory_swap"),
        MemoryReservation = docker.Text("memory_reservation"),
        CgroupParent = docker.Text("cgroup_parent"),
        CpusetCpus = docker.Text("cpuset_cpus"),
        CpusetMems = docker.Text("cpuset_mems"),
        Cpus = docker.Text("cpus"),
        CpuShares = docker.Number("cpu_shares"),
        OomKillDisable = docker.Boolean("oom_kill_disable"),
        OomScoreAdjust = (int)docker.Number("oom_score_adjust"),
        Gpus = docker.Text("gpus"),
        ShmSize = docker.Number("shm_size"),
        ServiceMemory = docker.Text("service_memory"),
        ServiceMemorySwap = docker.Text("service_memory_swap"),
        ServiceMemoryReservation = docker.Text("service_memory_reservation"),
        ServiceCgroupParent = docker.Text("service_cgroup_parent"),
        ServiceSlotCgroupTemplate = docker.Text("service_slot_cgroup_template"),
        ServiceCpusetCpus = docker.Text("service_cpuset_cpus"),
        ServiceCpus = docker.Text("service_cpus"),
        ServiceCpuShares = docker.Number("service_cpu_shares"),
        ServiceGpus = docker.Text("service_gpus"),
    };

    private static DockerSettings Lists(DockerSettings settings, ConfigTable docker) => settings with
    {
        Dns = docker.TextList("dns"),
        DnsSearch = docker.TextList("dns_search"),
        AllowedUsers = docker.TextList("allowed_users"),
        GroupAdd = docker.TextList("group_add"),
        CapAdd = docker.TextList("cap_add"),
        CapDrop = docker.TextList("cap_drop"),
        SecurityOpt = docker.TextList("security_opt"),
        ServicesSecurityOpt = docker.TextList("services_security_opt"),
        Devices = docker.TextList("devices"),
        DeviceCgroupRules = docker.TextList("device_cgroup_rules"),
        ServicesDevices = docker.TextListMap("services_devices"),
        Volumes = docker.TextList("volumes"),
        ExtraHosts = docker.TextList("extra_hosts"),
        VolumesFrom = docker.TextList("volumes_from"),
        Links = docker.TextList("links"),
        AllowedImages = docker.TextList("allowed_images"),
        AllowedPrivilegedImages = docker.TextList("allowed_privileged_images"),
        AllowedPrivilegedServices = docker.TextList("allowed_privileged_services"),
        AllowedPullPolicies = docker.TextList("allowed_pull_policies"),
        AllowedServices = docker.TextList("allowed_services"),
    };

    private static DockerSettings Services(DockerSettings settings, ConfigTable docker) => settings with
    {
        ServicesLimit = (int?)docker.OptionalNumber("services_limit"),
        Services = ServiceSettingsReader.Read(docker),
    };
}
