using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Engine.Stages;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.Runner.Supervising;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Daemon;

/// <summary>What <c>run</c> is composed of. Filled by the composition root.</summary>
public sealed record RunnerDaemonOptions
{
    /// <summary>It may be missing: the daemon then waits for it.</summary>
    public required string ConfigPath { get; init; }

    public required SettingsContext Context { get; init; }

    /// <summary>Gantry's own state: <c>/var/lib/gantry</c> for root. Journals of jobs live in <c>jobs</c> below it.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Executors by the name used in the file; called once per entry and configuration snapshot.</summary>
    public required IReadOnlyDictionary<string, Func<RunnerEntry, IExecutor>> Executors { get; init; }

    /// <summary>The machines of docker+machine, which it shuts down at its end; null: there is no such executor.</summary>
    public Gantry.Executors.Machines.MachinePark? Machines { get; init; }

    /// <summary>The instances of the autoscaled executors, likewise.</summary>
    public Gantry.Executors.Autoscaling.ScalerFleet? Fleet { get; init; }

    public required GitLabClients Clients { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Called after each successful load: level and format of the log.</summary>
    public Action<RunnerDaemonSettings> Loaded { get; init; } = _ => { };

    /// <summary><c>--listen-address</c>; null: the file's key.</summary>
    public string? ListenAddress { get; init; }

    /// <summary>
    /// Artifacts and caches of places that this process can reach into, given the daemon's connections to stores; null: helper
    /// commands in the place.
    /// </summary>
    public Func<ServiceHttp, IFileTransfers>? Transfers { get; init; }

    /// <summary>Null: <see cref="JobRun"/>.</summary>
    public RunJob? RunJob { get; init; }

    /// <summary>Commands such as <c>gantry drain</c> reach the daemon by a socket in the state folder, which is then its own.</summary>
    public bool Controllable { get; init; }

    /// <summary>One entry without a file, for <c>run-single</c>; null: the file is followed.</summary>
    public SingleRun? Alone { get; init; }

    /// <summary>For the system that started the process.</summary>
    public DaemonEvents Events { get; init; } = new();

    /// <summary>Where spans of jobs go; null: nowhere.</summary>
    public Traces.SpanExport? Spans { get; init; }
}
