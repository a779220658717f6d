namespace Gantry.Executors.Docker.Api;

/// <summary>
/// The body of <c>POST /containers/create</c>, and what inspect gives back as <c>Config</c> and <c>HostConfig</c>.
/// Property names are the engine's. Null and zero are not sent.
/// </summary>
internal sealed record ContainerSpec
{
    public string? Image { get; init; }
    public string? Hostname { get; init; }
    public string? User { get; init; }
    public bool Tty { get; init; }
    public bool OpenStdin { get; init; }
    public bool StdinOnce { get; init; }
    public bool AttachStdin { get; init; }
    public bool AttachStdout { get; init; }
    public bool AttachStderr { get; init; }

    /// <summary><c>KEY=VALUE</c>. Holds secrets: never printed.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    public IReadOnlyList<string>? Cmd { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public string? WorkingDir { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Engines before API 1.44; newer ones take it from the endpoint.</summary>
    public string? MacAddress { get; init; }

    /// <summary><c>8080/tcp</c> → nothing.</summary>
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    public HostSpec? HostConfig { get; init; }
    public NetworkingSpec? NetworkingConfig { get; init; }

    public override string ToString() => $"container of {Image}";
}

/// <summary>What a container may use of its host.</summary>
internal sealed record HostSpec
{
    public long Memory { get; init; }
    public long MemorySwap { get; init; }
    public long MemoryReservation { get; init; }
    public string? CgroupParent { get; init; }
    public string? CpusetCpus { get; init; }
    public string? CpusetMems { get; init; }
    public long CpuShares { get; init; }
    public long NanoCpus { get; init; }
    public IReadOnlyList<DeviceSpec>? Devices { get; init; }
    public IReadOnlyList<DeviceRequestSpec>? DeviceRequests { get; init; }
    public IReadOnlyList<string>? DeviceCgroupRules { get; init; }
    public IReadOnlyList<UlimitSpec>? Ulimits { get; init; }
    public bool? OomKillDisable { get; init; }
    public int OomScoreAdj { get; init; }
    public IReadOnlyList<string>? Dns { get; init; }
    public IReadOnlyList<string>? DnsSearch { get; init; }
    public IReadOnlyList<string>? ExtraHosts { get; init; }
    public IReadOnlyList<string>? Links { get; init; }
    public string? Runtime { get; init; }
    public bool Privileged { get; init; }
    public IReadOnlyList<string>? GroupAdd { get; init; }
    public string? UsernsMode { get; init; }
    public IReadOnlyList<string>? CapAdd { get; init; }
    public IReadOnlyList<string>? CapDrop { get; init; }
    public IReadOnlyList<string>? SecurityOpt { get; init; }
    public string? NetworkMode { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }
    public IReadOnlyList<string>? Binds { get; init; }
    public IReadOnlyList<MountSpec>? Mounts { get; init; }
    public IReadOnlyList<string>? VolumesFrom { get; init; }
    public string? VolumeDriver { get; init; }
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }
    public long ShmSize { get; init; }
    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }
    public string? Isolation { get; init; }
    public bool? Init { get; init; }
    public RestartSpec? RestartPolicy { get; init; }
    public LogSpec? LogConfig { get; init; }
}

internal sealed record DeviceSpec(string PathOnHost, string PathInContainer, string CgroupPermissions);

/// <summary>One <c>--gpus</c> request. <paramref name="Count"/> −1 means all.</summary>
internal sealed record DeviceRequestSpec(
    string Driver, int Count, IReadOnlyList<string>? DeviceIDs, IReadOnlyList<IReadOnlyList<string>> Capabilities, IReadOnlyDictionary<string, string> Options);

internal sealed record UlimitSpec(string Name, long Soft, long Hard);

internal sealed record RestartSpec(string Name);

internal sealed record LogSpec(string Type, IReadOnlyDictionary<string, string>? Config);

/// <summary>A mount given as an object: unlike a bind text it can label the volume that it makes.</summary>
internal sealed record MountSpec
{
    /// <summary><c>volume</c>, <c>bind</c> or <c>tmpfs</c>.</summary>
    public required string Type { get; init; }

    public string? Source { get; init; }
    public required string Target { get; init; }
    public bool ReadOnly { get; init; }
    public VolumeMountOptions? VolumeOptions { get; init; }
}

internal sealed record VolumeMountOptions
{
    public bool NoCopy { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public VolumeDriverSpec? DriverConfig { get; init; }
}

internal sealed record VolumeDriverSpec(string Name, IReadOnlyDictionary<string, string>? Options);

internal sealed record NetworkingSpec(IReadOnlyDictionary<string, EndpointSpec> EndpointsConfig);

internal sealed record EndpointSpec
{
    public IReadOnlyList<string>? Aliases { get; init; }
    public string? MacAddress { get; init; }
}

/// <summary><c>{}</c>: the engine writes sets as maps to nothing.</summary>
internal sealed record EmptyObject;
