using Gantry.Executors.Autoscaling.Providers;

namespace Gantry.Executors.Autoscaling;

/// <summary><c>[runners.autoscaler]</c> as it stands in <c>config.toml</c> (official-cli-config §2.5.11), with its defaults. Immutable.</summary>
public sealed record ScalerSettings
{
    /// <summary>The table exists.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>Of the entry: its instances are those of one runner, whatever becomes of the rest of the file.</summary>
    public string Runner { get; init; } = "";

    /// <summary>Of the entry, for names and messages.</summary>
    public string ShortToken { get; init; } = "";

    /// <summary>Jobs that an instance has at the same time.</summary>
    public int Capacity { get; init; } = 1;

    /// <summary>Jobs that an instance has in its life; 0: any number.</summary>
    public int MaxUses { get; init; }

    /// <summary>Instances in whatever state; 0: as many as the provider has.</summary>
    public int MaxInstances { get; init; }

    /// <summary>A name or a path.</summary>
    public string Plugin { get; init; } = "";

    /// <summary>The plugin's own; may hold secrets.</summary>
    public IReadOnlyDictionary<string, object> PluginConfig { get; init; } = new Dictionary<string, object>();

    public ConnectorSettings Connector { get; init; } = new();

    /// <summary><c>[[runners.autoscaler.policy]]</c>; of those that hold the last counts.</summary>
    public IReadOnlyList<ScalingPolicy> Policies { get; init; } = [];

    /// <summary>Run on a new instance before it gets a job; empty: nothing.</summary>
    public string ReadyCommand { get; init; } = "";

    /// <summary>How long a job waits for its instance.</summary>
    public TimeSpan AcquireTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Between two looks at the provider.</summary>
    public TimeSpan UpdateInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The same while something is to change there.</summary>
    public TimeSpan ExpectingInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Before a deletion without effect is tried again.</summary>
    public TimeSpan DeletionRetry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Between the tries at the end of the process.</summary>
    public TimeSpan ShutdownInterval { get; init; } = TimeSpan.FromSeconds(10);

    public int ShutdownTries { get; init; } = 3;

    /// <summary>Failures one after the other with which an instance is given up.</summary>
    public int FailureThreshold { get; init; } = 3;

    public ScaleThrottle Throttle { get; init; } = new();

    /// <summary>Jobs are asked for no faster than instances can be had for them.</summary>
    public bool ThrottlesReservations { get; init; } = true;

    public bool LogsInternalAddress { get; init; }

    public bool LogsExternalAddress { get; init; }

    public bool DeletesOnShutdown { get; init; }

    /// <summary><c>[runners.autoscaler.vm_isolation] enabled</c>.</summary>
    public bool IsolatesVms { get; init; }

    public StateStorage State { get; init; } = new();

    /// <summary><c>slot_cgroup_template</c> of the entry; null: <c>use_slot_cgroups</c> is off.</summary>
    public string? SlotCgroup { get; init; }

    /// <summary>The same for services.</summary>
    public string? ServiceSlotCgroup { get; init; }

    /// <summary><c>FF_USE_FLEETING_ACQUIRE_HEARTBEATS</c>: an instance is tried before a job gets it.</summary>
    public bool ChecksBeforeJobs { get; init; }

    /// <summary>The policy of a moment.</summary>
    public ScalingPolicy PolicyAt(DateTimeOffset now) => Policies.LastOrDefault(policy => policy.Periods.CoversMinuteOf(now)) ?? ScalingPolicy.None;

    /// <summary>Everything with which no job can run, by key below <c>[runners.autoscaler]</c>.</summary>
    public IEnumerable<(string Key, string Message)> Problems()
    {
        if (!IsConfigured)
        {
            return [("", "is missing: executor requires autoscaler config, a table with at least plugin; no jobs are asked for")];
        }

        List<(string, string)> problems = [];
        if (Plugin.Length == 0)
        {
            problems.Add(("plugin", "is not set: write \"static\" for a fixed pool of machines, or the name or path of a plugin; no jobs are asked for"));
        }

        if (IsolatesVms)
        {
            problems.Add(("vm_isolation.enabled", "asks for nested virtual machines, which this version does not have; no jobs are asked for. Remove it"));
        }

        if (Capacity < 0 || MaxUses < 0 || MaxInstances < 0)
        {
            problems.Add(("capacity_per_instance", "max_use_count, max_instances and this must not be negative"));
        }

        if (FailureThreshold < 0)
        {
            problems.Add(("failure_threshold", "must not be negative"));
        }

        problems.AddRange(Connector.Problems().Select(problem => ($"connector_config.{problem.Key}", problem.Message)));
        if (StaticProvider.IsMeantBy(Plugin))
        {
            problems.AddRange(StaticPool.Read(PluginConfig).Problems.Select(problem => ($"plugin_config{problem.Key}", problem.Message)));
        }

        return problems;
    }
}

/// <summary><c>[runners.autoscaler.connector_config]</c>: how to get into an instance where the plugin does not say it.</summary>
public sealed record ConnectorSettings
{
    public string System { get; init; } = "";

    public string Architecture { get; init; } = "";

    public string Protocol { get; init; } = "";

    /// <summary>0: 22.</summary>
    public int Port { get; init; }

    public string User { get; init; } = "";

    public Engine.Secret Password { get; init; }

    public string KeyPath { get; init; } = "";

    public bool UsesStaticCredentials { get; init; }

    /// <summary>Null: 15 seconds.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>How long an instance is tried to be connected to; null: 10 minutes, or half a minute where it is there anyway.</summary>
    public TimeSpan? Timeout { get; init; }

    public bool PrefersExternalAddress { get; init; }

    /// <summary>Whose keys are whose.</summary>
    public string KnownHostsFile { get; init; } = "";

    /// <summary>Whoever answers is believed to be the instance.</summary>
    public bool AcceptsAnyHostKey { get; init; }

    internal IEnumerable<(string Key, string Message)> Problems()
    {
        if (Protocol is not ("" or "ssh"))
        {
            yield return ("protocol", $"\"{Protocol}\" is not part of this version: instances are reached by ssh; no jobs are asked for");
        }

        if (System.Equals("windows", StringComparison.OrdinalIgnoreCase))
        {
            yield return ("os", "\"windows\" is not part of this version: instances are reached by ssh and have a POSIX shell; no jobs are asked for");
        }

        if (Port is < 0 or > 65535)
        {
            yield return ("protocol_port", "is no port: a number from 1 to 65535 is expected");
        }
    }
}

/// <summary><c>[[runners.autoscaler.policy]]</c>. Counts are of jobs, not of instances.</summary>
/// <param name="Periods">When it holds.</param>
public sealed record ScalingPolicy(TimePeriods Periods)
{
    /// <summary>Without any policy.</summary>
    public static ScalingPolicy None { get; } = new(TimePeriods.Parse(["* * * * *"], "UTC"));

    public int IdleCount { get; init; }

    /// <summary>How long an instance may be without jobs when it is too many.</summary>
    public TimeSpan IdleTime { get; init; }

    /// <summary>With it, as many as are in use times this wait besides.</summary>
    public double ScaleFactor { get; init; }

    /// <summary>Of what the factor gives; 0: none.</summary>
    public int ScaleFactorLimit { get; init; }

    /// <summary>Null: when jobs shall find something idle.</summary>
    public bool? Preemptive { get; init; }

    /// <summary>A job is asked for only when there is a place for it.</summary>
    public bool IsPreemptive => Preemptive ?? IdleCount > 0;
}

/// <summary><c>[runners.autoscaler.scale_throttle]</c>: instances per second, and how many at once.</summary>
public sealed record ScaleThrottle
{
    /// <summary>-1: any number.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>0: all instances, or the limit.</summary>
    public int Burst { get; init; }
}

/// <summary><c>[runners.autoscaler.state_storage]</c>.</summary>
public sealed record StateStorage
{
    public bool IsEnabled { get; init; }

    /// <summary>Holds a folder per runner.</summary>
    public string Folder { get; init; } = "";

    /// <summary>An instance that had a job when the process ended stays.</summary>
    public bool KeepsOccupied { get; init; }
}
