using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Settings;
using Gantry.Executors.Docker.Volumes;
using Gantry.Executors.Images;

namespace Gantry.Executors.Docker.Containers;

/// <summary>
/// The host side of each kind of container (official-executors §2.9): which settings reach it, in the engine's terms.
/// </summary>
internal sealed record HostSpecs
{
    public required DockerSettings Settings { get; init; }
    public required JobVolumes Volumes { get; init; }

    /// <summary>Same for every container of the job; empty for the engine's own.</summary>
    public string NetworkMode { get; init; } = "";

    /// <summary><c>alias:address</c> of services on a network without names of its own.</summary>
    public IReadOnlyList<string> ServiceHosts { get; init; } = [];

    /// <summary><c>FF_USE_INIT_WITH_DOCKER_EXECUTOR</c>.</summary>
    public bool UseInit { get; init; }

    /// <summary>Reads a file of the runner's machine (seccomp profiles).</summary>
    public Func<string, string> ReadFile { get; init; } = File.ReadAllText;

    /// <exception cref="EnvironmentException">A setting cannot be read: the operator's mistake, in the words of <see cref="DockerSettings.Problems"/>.</exception>
    public HostSpec Build(string image) => Guard(() => Job(image) with
    {
        PidMode = Named(Settings.PidMode),
        Init = UseInit ? true : null,
    });

    /// <summary>Containers that run hooks beside the build container.</summary>
    public HostSpec Predefined(string image) => Guard(() => Job(image));

    public HostSpec Service(string image) => Guard(() => new HostSpec
    {
        Memory = Quantities.Bytes(Settings.ServiceMemory),
        MemorySwap = Quantities.Bytes(Settings.ServiceMemorySwap),
        MemoryReservation = Quantities.Bytes(Settings.ServiceMemoryReservation),
        CgroupParent = Named(Settings.ServiceCgroupParent),
        CpusetCpus = Named(Settings.ServiceCpusetCpus),
        CpuShares = Settings.ServiceCpuShares,
        NanoCpus = Quantities.NanoCpus(Settings.ServiceCpus),
        Devices = List(DeviceSyntax.ForService(Settings.ServicesDevices, image)),
        DeviceRequests = Gpus(Settings.ServiceGpus),
        Dns = HostRules.Dns(Settings.Dns),
        DnsSearch = List(Settings.DnsSearch),
        ExtraHosts = List(Settings.ExtraHosts),
        Isolation = HostRules.Isolation(Settings.Isolation),
        Privileged = (Settings.ServicesPrivileged ?? Settings.Privileged) && AllowedImages.MayBePrivileged(image, Settings.AllowedPrivilegedServices),
        SecurityOpt = HostRules.SecurityOptions(List(Settings.ServicesSecurityOpt), ReadFile),
        Runtime = Named(Settings.Runtime),
        UsernsMode = Named(Settings.UsernsMode),
        NetworkMode = Named(NetworkMode),
        Binds = List(Volumes.Binds),
        Mounts = List(Volumes.Mounts),
        ShmSize = Settings.ShmSize,
        Tmpfs = Map(Settings.ServicesTmpfs),
        RestartPolicy = Never,
        LogConfig = HostRules.Log(Settings.LogOptions),
        Init = UseInit ? true : null,
    });

    private static readonly RestartSpec Never = new("no");

    private HostSpec Job(string image) => Limits() with
    {
        Devices = List([.. Settings.Devices.Select(DeviceSyntax.Device)]),
        DeviceRequests = Gpus(Settings.Gpus),
        DeviceCgroupRules = List(Settings.DeviceCgroupRules),
        Dns = HostRules.Dns(Settings.Dns),
        DnsSearch = List(Settings.DnsSearch),
        ExtraHosts = List([.. Settings.ExtraHosts, .. ServiceHosts]),
        Links = List(Settings.Links),
        Runtime = Named(Settings.Runtime),
        Privileged = Settings.Privileged && AllowedImages.MayBePrivileged(image, Settings.AllowedPrivilegedImages),
        GroupAdd = List(Settings.GroupAdd),
        UsernsMode = Named(Settings.UsernsMode),
        CapAdd = List(Settings.CapAdd),
        CapDrop = List(Settings.CapDrop),
        SecurityOpt = HostRules.SecurityOptions(List(Settings.SecurityOpt), ReadFile),
        NetworkMode = Named(NetworkMode),
        IpcMode = Named(Settings.IpcMode),
        Binds = List(Volumes.Binds),
        Mounts = List(Volumes.Mounts),
        VolumesFrom = List(Settings.VolumesFrom),
        VolumeDriver = Named(Settings.VolumeDriver),
        Tmpfs = Map(Settings.Tmpfs),
        ShmSize = Settings.ShmSize,
        Sysctls = Map(Settings.Sysctls),
        Isolation = HostRules.Isolation(Settings.Isolation),
        RestartPolicy = Never,
        LogConfig = HostRules.Log(Settings.LogOptions),
    };

    private HostSpec Limits() => new()
    {
        Memory = Quantities.Bytes(Settings.Memory),
        MemorySwap = Quantities.Bytes(Settings.MemorySwap),
        MemoryReservation = Quantities.Bytes(Settings.MemoryReservation),
        CgroupParent = Named(Settings.CgroupParent),
        CpusetCpus = Named(Settings.CpusetCpus),
        CpusetMems = Named(Settings.CpusetMems),
        CpuShares = Settings.CpuShares,
        NanoCpus = Quantities.NanoCpus(Settings.Cpus),
        Ulimits = HostRules.Ulimits(Settings.Ulimit),
        OomKillDisable = Settings.OomKillDisable,
        OomScoreAdj = Settings.OomScoreAdjust,
    };

    private static IReadOnlyList<DeviceRequestSpec>? Gpus(string text) => DeviceSyntax.Gpus(text) is { } request ? [request] : null;

    private static string? Named(string text) => text.Length == 0 ? null : text;

    private static IReadOnlyList<T>? List<T>(IReadOnlyList<T> list) => list.Count == 0 ? null : list;

    private static IReadOnlyDictionary<string, string>? Map(IReadOnlyDictionary<string, string> map) => map.Count == 0 ? null : map;

    private static HostSpec Guard(Func<HostSpec> make)
    {
        try
        {
            return make();
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured(e.Message);
        }
    }
}
