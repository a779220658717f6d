using Gantry.Engine;
using Gantry.Executors;
using Gantry.Executors.Autoscaling;

namespace Gantry.Runner.Configuration;

/// <summary>From <c>[runners.autoscaler]</c> and <c>[runners.instance]</c> to the settings of the autoscaled executors.</summary>
public static class AutoscalerSettingsReader
{
    private const string Heartbeats = "FF_USE_FLEETING_ACQUIRE_HEARTBEATS";

    private static readonly string[] Always = ["* * * * *"];

    /// <summary>Executors whose places come from an autoscaler.</summary>
    public static bool IsAutoscaled(string executor) => executor is "instance" or "docker-autoscaler";

    /// <param name="entry">Its periods have been checked when the file was read.</param>
    /// <param name="home">Of the runner's user, where ssh keeps its own files.</param>
    /// <param name="configFolder">Of <c>config.toml</c>, where the state is kept.</param>
    public static ScalerSettings Read(RunnerEntry entry, string home, string configFolder)
    {
        var settings = Read(entry.Table.Table("autoscaler"), home);
        return settings with
        {
            Runner = $"{entry.Settings.Url}|{entry.Settings.ShortToken}",
            ShortToken = entry.Settings.ShortToken,
            SlotCgroup = entry.Table.Boolean("use_slot_cgroups") ? entry.Table.Text("slot_cgroup_template") : null,
            ServiceSlotCgroup = !entry.Table.Boolean("use_slot_cgroups") ? null
                : entry.Table.TableOrEmpty("docker").Text("service_slot_cgroup_template") is { Length: > 0 } ofServices ? ofServices : entry.Table.Text("slot_cgroup_template"),
            ChecksBeforeJobs = entry.Settings.FeatureFlags.GetValueOrDefault(Heartbeats),
            State = settings.State with { Folder = settings.State.Folder is { Length: > 0 } folder ? folder : Path.Combine(configFolder, ".taskscaler") },
        };
    }

    public static InstanceSettings ReadInstance(RunnerEntry entry, string home, string configFolder) => new()
    {
        Scaler = Read(entry, home, configFolder),
        UseCommonBuildDir = entry.Table.TableOrEmpty("instance").Boolean("use_common_build_dir"),
    };

    internal static ScalerSettings Read(ConfigTable? table, string home)
    {
        var usual = new ScalerSettings();
        return table is null ? usual : usual with
        {
            IsConfigured = true,
            Capacity = Count(table, "capacity_per_instance", usual.Capacity),
            MaxUses = Count(table, "max_use_count", 0),
            MaxInstances = Count(table, "max_instances", 0),
            Plugin = table.Text("plugin"),
            PluginConfig = table.FreeTable("plugin_config") ?? usual.PluginConfig,
            Connector = ReadConnector(table.TableOrEmpty("connector_config"), home),
            Policies = [.. table.Tables("policy").Select(ReadPolicy)],
            ReadyCommand = table.Text("instance_ready_command"),
            AcquireTimeout = Time(table, "instance_acquire_timeout", usual.AcquireTimeout),
            UpdateInterval = Time(table, "update_interval", usual.UpdateInterval),
            ExpectingInterval = Time(table, "update_interval_when_expecting", usual.ExpectingInterval),
            DeletionRetry = Time(table, "deletion_retry_interval", usual.DeletionRetry),
            ShutdownInterval = Time(table, "shutdown_deletion_interval", usual.ShutdownInterval),
            ShutdownTries = Count(table, "shutdown_deletion_retries", usual.ShutdownTries),
            FailureThreshold = Count(table, "failure_threshold", usual.FailureThreshold),
            Throttle = ReadThrottle(table.TableOrEmpty("scale_throttle")),
            ThrottlesReservations = table.OptionalBoolean("reservation_throttling") ?? true,
            LogsInternalAddress = table.Boolean("log_internal_ip"),
            LogsExternalAddress = table.Boolean("log_external_ip"),
            DeletesOnShutdown = table.Boolean("delete_instances_on_shutdown"),
            IsolatesVms = table.TableOrEmpty("vm_isolation").Boolean("enabled"),
            State = new StateStorage
            {
                IsEnabled = table.TableOrEmpty("state_storage").Boolean("enabled"),
                Folder = table.TableOrEmpty("state_storage").Text("dir"),
                KeepsOccupied = table.TableOrEmpty("state_storage").Boolean("keep_instance_with_acquisitions"),
            },
        };
    }

    internal static ScalingPolicy ReadPolicy(ConfigTable policy) => new(
        TimePeriods.Parse(policy.TextList("periods") is { Count: > 0 } periods ? periods : Always, policy.Text("timezone")))
    {
        IdleCount = Count(policy, "idle_count", 0),
        IdleTime = policy.Duration("idle_time") is { } idle && idle > TimeSpan.Zero ? idle : TimeSpan.Zero,
        ScaleFactor = policy.Fraction("scale_factor"),
        ScaleFactorLimit = Count(policy, "scale_factor_limit", 0),
        Preemptive = policy.OptionalBoolean("preemptive_mode"),
    };

    /// <summary>Periods and time zones that cannot be read, with their lines.</summary>
    internal static IEnumerable<(int Line, string Message)> WrongPeriods(ConfigTable autoscaler) =>
        autoscaler.Tables("policy").SelectMany(policy => MachineSettingsReader.WrongPeriods(policy, "periods", "timezone"));

    /// <summary>What an autoscaled entry lacks; nothing for other executors.</summary>
    internal static IEnumerable<(int Line, string Key, string Message)> ProblemsOf(ConfigTable runner)
    {
        if (!IsAutoscaled(runner.Text("executor")))
        {
            return [];
        }

        var table = runner.Table("autoscaler");
        return Read(table, home: "").Problems().Select(problem => problem.Key.Length == 0
            ? (runner.LineOf("executor"), "runners.autoscaler", problem.Message)
            : (LineOf(table!, problem.Key), $"runners.autoscaler.{problem.Key}", problem.Message));
    }

    /// <summary>What has no effect in an autoscaled entry.</summary>
    internal static IEnumerable<string> WithoutEffect(ConfigTable runner)
    {
        if (!IsAutoscaled(runner.Text("executor")))
        {
            yield break;
        }

        var table = runner.TableOrEmpty("autoscaler");
        foreach (var key in table.Shape.Keys.Where(key => key.Name.EndsWith("_buckets", StringComparison.Ordinal) && table.Has(key.Name)))
        {
            yield return $"runners.autoscaler.{key.Name}";
        }

        if (runner.Text("executor") == "instance" && runner.TableOrEmpty("instance").TextList("allowed_images").Count > 0)
        {
            yield return "runners.instance.allowed_images (of nested virtual machines)";
        }
    }

    private static int LineOf(ConfigTable table, string key) => key.Split('.') switch
    {
        [var one] => table.LineOf(one),
        ["plugin_config", ..] => table.LineOf("plugin_config"),
        [var inner, var name] => table.TableOrEmpty(inner).LineOf(name),
        _ => 0,
    };

    private static ConnectorSettings ReadConnector(ConfigTable table, string home) => new()
    {
        System = table.Text("os"),
        Architecture = table.Text("arch"),
        Protocol = table.Text("protocol"),
        Port = (int)Math.Clamp(table.Number("protocol_port"), -1, int.MaxValue),
        User = table.Text("username"),
        Password = new Secret(table.Text("password")),
        KeyPath = table.Text("key_path"),
        UsesStaticCredentials = table.Boolean("use_static_credentials"),
        KeepAlive = table.Duration("keepalive") is { } pause && pause > TimeSpan.Zero ? pause : null,
        Timeout = table.Duration("timeout") is { } limit && limit > TimeSpan.Zero ? limit : null,
        PrefersExternalAddress = table.Boolean("use_external_addr"),
        KnownHostsFile = table.Text("known_hosts_file") is { Length: > 0 } named ? named : Path.Combine(home, ".ssh", "known_hosts"),
        AcceptsAnyHostKey = table.Boolean("disable_strict_host_key_checking"),
    };

    private static ScaleThrottle ReadThrottle(ConfigTable table)
    {
        var limit = table.Number("limit");
        return new ScaleThrottle
        {
            Limit = limit == 0 ? new ScaleThrottle().Limit : (int)Math.Clamp(limit, -1, int.MaxValue),
            Burst = Count(table, "burst", 0),
        };
    }

    /// <summary>Zero is what an unset number is saved as.</summary>
    private static int Count(ConfigTable table, string key, int usual) => table.Number(key) is not 0 and var number ? (int)Math.Clamp(number, -1, int.MaxValue) : usual;

    private static TimeSpan Time(ConfigTable table, string key, TimeSpan usual) =>
        table.Duration(key) is { } duration && duration > TimeSpan.Zero ? duration : usual;
}
