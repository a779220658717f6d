using System.Text.Json.Serialization;

namespace Gantry.Executors.Docker.Api;

/// <summary>A refusal. Podman calls the text <c>cause</c> in some versions.</summary>
internal sealed record EngineMessage(
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("cause")] string? Cause)
{
    [JsonIgnore]
    public string? Text => Message ?? Cause;
}

/// <summary><c>GET /info</c>, as far as it is used.</summary>
internal sealed record EngineFacts
{
    public string ID { get; init; } = "";
    public string Name { get; init; } = "";
    public string OSType { get; init; } = "";
    public string Architecture { get; init; } = "";
    public string KernelVersion { get; init; } = "";
    public string ServerVersion { get; init; } = "";
    public string Driver { get; init; } = "";
    public string DockerRootDir { get; init; } = "";
    public string CgroupVersion { get; init; } = "";

    /// <summary>Such as <c>name=seccomp,profile=default</c>, <c>name=rootless</c>, <c>name=userns</c>, <c>name=selinux</c>.</summary>
    public IReadOnlyList<string> SecurityOptions { get; init => field = value ?? []; } = [];

    /// <summary>Tells this engine from others.</summary>
    public string Key(EngineEndpoint endpoint) => ID.Length > 0 ? ID : endpoint.ToString();
}

internal sealed record CreatedContainer
{
    public string Id { get; init; } = "";
    public IReadOnlyList<string> Warnings { get; init => field = value ?? []; } = [];
}

/// <summary>Of <c>GET /containers/ID/stats</c>: what a container uses. Names are the engine's.</summary>
internal sealed record ContainerUse
{
    [JsonPropertyName("cpu_stats")]
    public ProcessorUse? Processor { get; init; }

    [JsonPropertyName("memory_stats")]
    public MemoryUse? Memory { get; init; }

    internal sealed record ProcessorUse
    {
        [JsonPropertyName("cpu_usage")]
        public Total? Usage { get; init; }
    }

    internal sealed record Total
    {
        /// <summary>Nanoseconds; of Windows containers, hundreds of them.</summary>
        [JsonPropertyName("total_usage")]
        public long Amount { get; init; }
    }

    internal sealed record MemoryUse
    {
        /// <summary>Bytes, with the file cache.</summary>
        [JsonPropertyName("usage")]
        public long Usage { get; init; }

        [JsonPropertyName("stats")]
        public IReadOnlyDictionary<string, long>? Parts { get; init; }

        /// <summary>Bytes; of Windows containers only.</summary>
        [JsonPropertyName("privateworkingset")]
        public long PrivateWorkingSet { get; init; }
    }
}

/// <summary>One line of <c>GET /containers/json</c>.</summary>
internal sealed record ContainerLine
{
    public string Id { get; init; } = "";
    public IReadOnlyList<string> Names { get; init => field = value ?? []; } = [];
    public string State { get; init; } = "";

    /// <summary>Unix seconds.</summary>
    public long Created { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? NoLabels; } = NoLabels;

    internal static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();
}

/// <summary><c>GET /containers/ID/json</c>.</summary>
internal sealed record ContainerDetails
{
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";
    public string Image { get; init; } = "";
    public ContainerState State { get; init => field = value ?? new(); } = new();
    public ContainerSpec Config { get; init => field = value ?? new(); } = new();
    public HostSpec HostConfig { get; init => field = value ?? new(); } = new();
    public NetworkDetails NetworkSettings { get; init => field = value ?? new(); } = new();
    public IReadOnlyList<MountPoint> Mounts { get; init => field = value ?? []; } = [];
}

internal sealed record ContainerState
{
    /// <summary><c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c>, <c>dead</c>.</summary>
    public string Status { get; init; } = "";

    public bool Running { get; init; }
    public bool OOMKilled { get; init; }
    public long ExitCode { get; init; }
    public string Error { get; init; } = "";
    public string StartedAt { get; init; } = "";
    public string FinishedAt { get; init; } = "";
    public HealthState? Health { get; init; }
}

/// <summary><c>starting</c>, <c>healthy</c>, <c>unhealthy</c> or <c>none</c>.</summary>
internal sealed record HealthState
{
    public string Status { get; init; } = "";
    public IReadOnlyList<HealthProbe> Log { get; init => field = value ?? []; } = [];
}

internal sealed record HealthProbe(long ExitCode, string? Output);

internal sealed record NetworkDetails
{
    public string IPAddress { get; init; } = "";
    public IReadOnlyDictionary<string, EndpointDetails> Networks { get; init => field = value ?? None; } = None;

    private static readonly IReadOnlyDictionary<string, EndpointDetails> None = new Dictionary<string, EndpointDetails>();
}

internal sealed record EndpointDetails
{
    public string NetworkID { get; init; } = "";
    public string IPAddress { get; init; } = "";
    public string GlobalIPv6Address { get; init; } = "";
    public string MacAddress { get; init; } = "";
    public IReadOnlyList<string> Aliases { get; init => field = value ?? []; } = [];
}

internal sealed record MountPoint
{
    public string Type { get; init; } = "";
    public string Name { get; init; } = "";
    public string Source { get; init; } = "";
    public string Destination { get; init; } = "";
    public bool RW { get; init; }
}

/// <summary>The answer of wait. An <see cref="Error"/> means that the engine lost the container, not that the job failed.</summary>
internal sealed record WaitAnswer(long StatusCode, EngineMessage? Error);

internal sealed record ExecSpec
{
    public bool AttachStdin { get; init; }
    public bool AttachStdout { get; init; }
    public bool AttachStderr { get; init; }
    public bool Tty { get; init; }
    public string? User { get; init; }
    public string? WorkingDir { get; init; }
    public IReadOnlyList<string>? Env { get; init; }
    public IReadOnlyList<string> Cmd { get; init; } = [];
}

internal sealed record ExecStart(bool Detach, bool Tty);

internal sealed record CreatedId
{
    public string Id { get; init; } = "";
}

internal sealed record ExecDetails
{
    public bool Running { get; init; }
    public long? ExitCode { get; init; }
    public long Pid { get; init; }
}

/// <summary><c>GET /images/NAME/json</c>.</summary>
internal sealed record ImageDetails
{
    public string Id { get; init; } = "";
    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];
    public IReadOnlyList<string> RepoDigests { get; init => field = value ?? []; } = [];
    public string Os { get; init; } = "";
    public string OsVersion { get; init; } = "";
    public string Architecture { get; init; } = "";
    public string Variant { get; init; } = "";
    public long Size { get; init; }
    public ImageConfig Config { get; init => field = value ?? new(); } = new();
}

internal sealed record ImageConfig
{
    public string User { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<string> Env { get; init => field = value ?? []; } = [];
    public IReadOnlyList<string> Entrypoint { get; init => field = value ?? []; } = [];
    public IReadOnlyList<string> Cmd { get; init => field = value ?? []; } = [];
    public IReadOnlyDictionary<string, EmptyObject> ExposedPorts { get; init => field = value ?? NoPorts; } = NoPorts;
    public Healthcheck? Healthcheck { get; init; }

    private static readonly IReadOnlyDictionary<string, EmptyObject> NoPorts = new Dictionary<string, EmptyObject>();
}

/// <param name="Test">Empty or <c>["NONE"]</c> for none.</param>
internal sealed record Healthcheck(IReadOnlyList<string>? Test);

/// <summary>One message of a pull. Errors come this way too, after a status of 200.</summary>
internal sealed record PullMessage
{
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>The layer.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }

    [JsonPropertyName("progressDetail")]
    public PullProgress? Progress { get; init; }
}

internal sealed record PullProgress(
    [property: JsonPropertyName("current")] long Current,
    [property: JsonPropertyName("total")] long Total);

internal sealed record VolumeSpec
{
    public required string Name { get; init; }
    public string? Driver { get; init; }
    public IReadOnlyDictionary<string, string>? DriverOpts { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

internal sealed record VolumeDetails
{
    public string Name { get; init; } = "";
    public string Driver { get; init; } = "";

    /// <summary>On the engine's machine.</summary>
    public string Mountpoint { get; init; } = "";

    public string? CreatedAt { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? ContainerLine.NoLabels; } = ContainerLine.NoLabels;
    public IReadOnlyDictionary<string, string> Options { get; init => field = value ?? ContainerLine.NoLabels; } = ContainerLine.NoLabels;
}

internal sealed record VolumeList
{
    public IReadOnlyList<VolumeDetails> Volumes { get; init => field = value ?? []; } = [];
}

/// <summary><c>GET /system/df</c>, as far as it is used.</summary>
internal sealed record DiskUsage
{
    public IReadOnlyList<UsedVolume> Volumes { get; init => field = value ?? []; } = [];
}

internal sealed record UsedVolume
{
    public string Name { get; init; } = "";
    public VolumeUsage? UsageData { get; init; }
}

/// <param name="Size">Bytes; −1 when the engine does not know.</param>
/// <param name="RefCount">Containers that use it; −1 when the engine does not know.</param>
internal sealed record VolumeUsage(long Size, long RefCount);

internal sealed record NetworkSpec
{
    public required string Name { get; init; }
    public bool EnableIPv6 { get; init; }
    public bool CheckDuplicate { get; init; }
    public string? Driver { get; init; }
    public IReadOnlyDictionary<string, string>? Options { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

internal sealed record NetworkLine
{
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";
    public string Created { get; init; } = "";
    public bool EnableIPv6 { get; init; }
    public IReadOnlyDictionary<string, string> Options { get; init => field = value ?? ContainerLine.NoLabels; } = ContainerLine.NoLabels;
    public IReadOnlyDictionary<string, string> Labels { get; init => field = value ?? ContainerLine.NoLabels; } = ContainerLine.NoLabels;

    /// <summary>Id → endpoint; only in inspect.</summary>
    public IReadOnlyDictionary<string, EndpointDetails> Containers { get; init => field = value ?? NoneAttached; } = NoneAttached;

    private static readonly IReadOnlyDictionary<string, EndpointDetails> NoneAttached = new Dictionary<string, EndpointDetails>();
}

/// <summary>One line of <c>GET /events</c>.</summary>
internal sealed record EngineEvent
{
    public string Type { get; init; } = "";
    public string Action { get; init; } = "";
    public EventActor Actor { get; init => field = value ?? new(); } = new();

    [JsonPropertyName("timeNano")]
    public long TimeNano { get; init; }
}

internal sealed record EventActor
{
    public string ID { get; init; } = "";
    public IReadOnlyDictionary<string, string> Attributes { get; init => field = value ?? ContainerLine.NoLabels; } = ContainerLine.NoLabels;
}
