using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Gantry.CommandLine;
using Gantry.Executors.Autoscaling;
using Gantry.Executors.Docker;
using Gantry.Executors.Kubernetes;
using Gantry.Executors.Machines;
using Gantry.Executors.VirtualMachines;
using Gantry.Pipelines.Patterns;
using Gantry.Runner.Configuration;
using Microsoft.Extensions.Logging;

namespace Gantry.Commands;

/// <summary>What executors need of this process.</summary>
internal sealed class ExecutorHost
{
    private readonly Lazy<DockerSurroundings> _docker;
    private readonly Lazy<KubernetesSurroundings> _kubernetes;

    /// <param name="context">The process.</param>
    /// <param name="user">Whose shell runs jobs; empty for our own.</param>
    /// <param name="workingFolder">Where relative builds and cache folders begin.</param>
    /// <param name="stateFolder">Gantry's own state: mirrors of projects, and the mark of what this runner made.</param>
    public ExecutorHost(CommandContext context, string user, string workingFolder, string stateFolder)
    {
        (User, WorkingFolder, HomeFolder, Loggers) = (user, workingFolder, context.Host.Home, context.Loggers);
        _docker = new Lazy<DockerSurroundings>(() => ExecutorSurroundings.Docker(context) with
        {
            HomeFolder = user.Length > 0 ? UserHome.Find(user) : context.Host.Home,
            OwnerId = StateMark.Of(stateFolder),
            ProcessId = Guid.NewGuid().ToString("n"),
            StateFolder = Path.Combine(stateFolder, "sources"),
            Notes = Notes,
        });
        _kubernetes = new Lazy<KubernetesSurroundings>(() => ExecutorSurroundings.Kubernetes(context) with
        {
            HomeFolder = user.Length > 0 ? UserHome.Find(user) : context.Host.Home,
            OwnerId = StateMark.Of(stateFolder),
            ProcessId = Guid.NewGuid().ToString("n"),
            StateFolder = Path.Combine(stateFolder, "sources"),
        });
        Machines = new MachinePark(
            new MachineSurroundings
            {
                StorageFolder = context.Environment.GetValueOrDefault("MACHINE_STORAGE_PATH", "") is { Length: > 0 } storage
                    ? storage
                    : Path.Combine(context.Host.Home, ".docker", "machine"),
                CrashReportToken = context.Environment.GetValueOrDefault("MACHINE_BUGSNAG_API_TOKEN", "") is { Length: > 0 } token ? token : "no-report",
            },
            TimeProvider.System, context.Loggers.CreateLogger<MachinePark>());
        Fleet = new ScalerFleet(ExecutorSurroundings.Plugins(context), TimeProvider.System, context.Loggers.CreateLogger<ScalerFleet>());
    }

    public string User { get; }

    public string WorkingFolder { get; }

    /// <summary>Of the process's own user.</summary>
    public string HomeFolder { get; }

    public ILoggerFactory Loggers { get; }

    /// <summary>See <see cref="DockerSurroundings.Notes"/>.</summary>
    public EngineNotes? Notes { get; init; }

    /// <summary>Of docker+machine; shared by all entries.</summary>
    public MachinePark Machines { get; }

    /// <summary>Of the autoscaled executors; shared by all entries.</summary>
    public ScalerFleet Fleet { get; }

    /// <summary>Of <c>config.toml</c>.</summary>
    public string ConfigFolder { get; init; } = "";

    /// <summary>This computer for virtual machines.</summary>
    public static VmHost VirtualMachines { get; } = new()
    {
        Compile = Pattern,
        IsMac = OperatingSystem.IsMacOS(),
        IsAppleSilicon = OperatingSystem.IsMacOS() && RuntimeInformation.OSArchitecture == Architecture.Arm64,
    };

    /// <summary>A pattern of <c>config.toml</c>, in the syntax and with the speed of the official runner's; null: it is none.</summary>
    public static Regex? Pattern(string text) => Re2.Compile(text);

    /// <summary>Read when the first docker entry is opened: other runners leave no trace on disk.</summary>
    public DockerSurroundings Docker => _docker.Value;

    /// <summary>Likewise, of kubernetes entries.</summary>
    public KubernetesSurroundings Kubernetes => _kubernetes.Value;
}
