using Gantry.Executors.Images;

namespace Gantry.Executors.Docker;

/// <summary>
/// <c>[runners.docker]</c> as it stands in <c>config.toml</c>: one property per key (official-cli-config §2.5.7), texts not
/// read any further. An absent key is null or empty. Immutable: a job keeps the snapshot it began with.
/// <para>Wrong texts (sizes, devices, policies …) do not stop the runner; <see cref="Problems"/> lists them when the file is read,
/// and a job that would need such a value fails with the same words and <c>runner_configuration_error</c>.</para>
/// </summary>
public sealed record DockerSettings
{
    /// <summary>The entry's executor is <c>docker-windows</c>.</summary>
    public bool HasWindowsContainers { get; init; }

    /// <summary><c>host</c>; when empty, all three connection keys come from <see cref="DockerSurroundings"/>.</summary>
    public string Host { get; init; } = "";

    /// <summary><c>tls_cert_path</c>: holds <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>.</summary>
    public string TlsCertPath { get; init; } = "";

    public bool TlsVerify { get; init; }

    public string Hostname { get; init; } = "";

    /// <summary><c>image</c>: of jobs that name none; job variables are expanded.</summary>
    public string Image { get; init; } = "";

    public string Runtime { get; init; } = "";

    /// <summary><c>memory</c>: a size such as <c>512m</c>.</summary>
    public string Memory { get; init; } = "";

    public string MemorySwap { get; init; } = "";
    public string MemoryReservation { get; init; } = "";
    public string CgroupParent { get; init; } = "";
    public string CpusetCpus { get; init; } = "";
    public string CpusetMems { get; init; } = "";

    /// <summary><c>cpus</c>: a number such as <c>1.5</c> or <c>3/2</c>.</summary>
    public string Cpus { get; init; } = "";

    public long CpuShares { get; init; }
    public IReadOnlyList<string> Dns { get; init; } = [];
    public IReadOnlyList<string> DnsSearch { get; init; } = [];
    public bool Privileged { get; init; }

    /// <summary><c>services_privileged</c>; null follows <see cref="Privileged"/>.</summary>
    public bool? ServicesPrivileged { get; init; }

    public bool DisableEntrypointOverwrite { get; init; }

    /// <summary><c>user</c>: wins over the job's and the image's.</summary>
    public string User { get; init; } = "";

    public IReadOnlyList<string> AllowedUsers { get; init; } = [];
    public IReadOnlyList<string> GroupAdd { get; init; } = [];
    public string UsernsMode { get; init; } = "";
    public IReadOnlyList<string> CapAdd { get; init; } = [];
    public IReadOnlyList<string> CapDrop { get; init; } = [];
    public bool OomKillDisable { get; init; }
    public int OomScoreAdjust { get; init; }
    public IReadOnlyList<string> SecurityOpt { get; init; } = [];
    public IReadOnlyList<string> ServicesSecurityOpt { get; init; } = [];
    public IReadOnlyList<string> Devices { get; init; } = [];
    public IReadOnlyList<string> DeviceCgroupRules { get; init; } = [];

    /// <summary><c>gpus</c> in the syntax of <c>docker run --gpus</c>.</summary>
    public string Gpus { get; init; } = "";

    /// <summary><c>services_devices</c>: glob over the service's image → devices.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ServicesDevices { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public bool DisableCache { get; init; }
    public IReadOnlyList<string> Volumes { get; init; } = [];
    public bool VolumeKeep { get; init; }
    public string VolumeDriver { get; init; } = "";

    /// <summary><c>volume_driver_ops</c>.</summary>
    public IReadOnlyDictionary<string, string> VolumeDriverOptions { get; init; } = None;

    public string CacheDir { get; init; } = "";
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];
    public IReadOnlyList<string> VolumesFrom { get; init; } = [];
    public string NetworkMode { get; init; } = "";
    public string PidMode { get; init; } = "";

    /// <summary><c>ipcmode</c>.</summary>
    public string IpcMode { get; init; } = "";

    public string MacAddress { get; init; } = "";
    public IReadOnlyList<string> Links { get; init; } = [];
    public IReadOnlyList<ServiceSettings> Services { get; init; } = [];

    /// <summary><c>services_limit</c>; null and −1 mean any number.</summary>
    public int? ServicesLimit { get; init; }

    public string ServiceMemory { get; init; } = "";
    public string ServiceMemorySwap { get; init; } = "";
    public string ServiceMemoryReservation { get; init; } = "";
    public string ServiceCgroupParent { get; init; } = "";

    /// <summary><c>service_slot_cgroup_template</c>: used with the autoscaler's slots only.</summary>
    public string ServiceSlotCgroupTemplate { get; init; } = "";

    public string ServiceCpusetCpus { get; init; } = "";
    public string ServiceCpus { get; init; } = "";
    public long ServiceCpuShares { get; init; }
    public string ServiceGpus { get; init; } = "";

    /// <summary><c>wait_for_services_timeout</c>: seconds; 0 means 30, a negative number no wait.</summary>
    public int WaitForServicesTimeout { get; init; }

    public IReadOnlyList<string> AllowedImages { get; init; } = [];
    public IReadOnlyList<string> AllowedPrivilegedImages { get; init; } = [];
    public IReadOnlyList<string> AllowedPrivilegedServices { get; init; } = [];
    public IReadOnlyList<string> AllowedPullPolicies { get; init; } = [];
    public IReadOnlyList<string> AllowedServices { get; init; } = [];

    /// <summary><c>pull_policy</c>: one or several, in the order they are tried; empty means <c>always</c>.</summary>
    public IReadOnlyList<string> PullPolicy { get; init; } = [];

    public string Isolation { get; init; } = "";

    /// <summary><c>shm_size</c>: bytes.</summary>
    public long ShmSize { get; init; }

    public IReadOnlyDictionary<string, string> Tmpfs { get; init; } = None;
    public IReadOnlyDictionary<string, string> ServicesTmpfs { get; init; } = None;
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = None;

    /// <summary><c>helper_image</c>: used for hooks that a job defines.</summary>
    public string HelperImage { get; init; } = "";

    public string HelperImageFlavor { get; init; } = "";

    /// <summary><c>container_labels</c>: values are expanded.</summary>
    public IReadOnlyDictionary<string, string> ContainerLabels { get; init; } = None;

    public bool EnableIPv6 { get; init; }

    /// <summary><c>ulimit</c>: name → <c>soft[:hard]</c>.</summary>
    public IReadOnlyDictionary<string, string> Ulimit { get; init; } = None;

    /// <summary><c>network_mtu</c>: of a network per build; 0 for the engine's own.</summary>
    public long NetworkMtu { get; init; }

    /// <summary><c>log_options</c>: of the json-file driver; only <c>env</c> and <c>labels</c>.</summary>
    public IReadOnlyDictionary<string, string> LogOptions { get; init; } = None;

    /// <summary>Everything that cannot be read, by key: for the message when the file is loaded, and for <c>lint</c>.</summary>
    public IReadOnlyList<DockerSettingProblem> Problems() => Settings.SettingsCheck.Run(this);

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();
}

/// <summary>One value that cannot be used.</summary>
/// <param name="Key">The TOML key below <c>[runners.docker]</c>.</param>
/// <param name="Message">What is wrong, what was expected.</param>
public sealed record DockerSettingProblem(string Key, string Message);
