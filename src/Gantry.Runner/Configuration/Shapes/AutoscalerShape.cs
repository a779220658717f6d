namespace Gantry.Runner.Configuration.Shapes;

/// <summary>Keys of <c>[runners.autoscaler]</c> and <c>[runners.instance]</c> (official-cli-config §2.5.10, §2.5.11).</summary>
internal static class AutoscalerShape
{
    /// <summary><c>[runners.instance]</c>.</summary>
    public static readonly ConfigShape Instance = new(
    [
        ConfigKey.TextList("allowed_images"),
        ConfigKey.Boolean("use_common_build_dir"),
    ]);

    /// <summary><c>[[runners.autoscaler.policy]]</c>, and the same of the kubernetes autoscaler.</summary>
    public static readonly ConfigShape Policy = new(
    [
        ConfigKey.TextList("periods"),
        ConfigKey.Text("timezone"),
        ConfigKey.Number("idle_count").Written(),
        ConfigKey.Duration("idle_time").Written(),
        ConfigKey.Fraction("scale_factor").Written(),
        ConfigKey.Number("scale_factor_limit").Written(),
        ConfigKey.OptionalBoolean("preemptive_mode"),
    ]);

    /// <summary><c>[runners.autoscaler.connector_config]</c>.</summary>
    public static readonly ConfigShape Connector = new(
    [
        ConfigKey.Text("os"),
        ConfigKey.Text("arch"),
        ConfigKey.Text("protocol"),
        ConfigKey.Number("protocol_port").Written(),
        ConfigKey.Text("username"),
        ConfigKey.Text("password").Secret(),
        ConfigKey.Text("key_path"),
        ConfigKey.Boolean("use_static_credentials"),
        ConfigKey.Duration("keepalive").Written(),
        ConfigKey.Duration("timeout").Written(),
        ConfigKey.Boolean("use_external_addr"),
        // Gantry's own: whose host keys are believed.
        ConfigKey.Text("known_hosts_file"),
        ConfigKey.Boolean("disable_strict_host_key_checking"),
    ]);

    /// <summary><c>[runners.autoscaler.vm_isolation]</c>.</summary>
    public static readonly ConfigShape VmIsolation = new(
    [
        ConfigKey.Boolean("enabled"),
        ConfigKey.Text("nesting_host"),
        ConfigKey.FreeTable("nesting_config"),
        ConfigKey.Text("image"),
        ConfigKey.Table("connector_config", Connector),
    ]);

    /// <summary><c>[runners.autoscaler.scale_throttle]</c>.</summary>
    public static readonly ConfigShape ScaleThrottle = new(
    [
        ConfigKey.Number("limit").Written(),
        ConfigKey.Number("burst").Written(),
    ]);

    /// <summary><c>[runners.autoscaler.state_storage]</c>.</summary>
    public static readonly ConfigShape StateStorage = new(
    [
        ConfigKey.Boolean("enabled"),
        ConfigKey.Text("dir"),
        ConfigKey.Boolean("keep_instance_with_acquisitions"),
    ]);

    /// <summary><c>[runners.autoscaler]</c>.</summary>
    public static readonly ConfigShape Autoscaler = new(
    [
        ConfigKey.Number("capacity_per_instance").Written(),
        ConfigKey.Number("max_use_count").Written(),
        ConfigKey.Number("max_instances").Written(),
        ConfigKey.Text("plugin"),
        ConfigKey.FreeTable("plugin_config").Secret(),
        ConfigKey.Table("connector_config", Connector),
        ConfigKey.Tables("policy", Policy),
        ConfigKey.Text("instance_ready_command"),
        ConfigKey.Duration("instance_acquire_timeout").Written(),
        ConfigKey.Duration("update_interval").Written(),
        ConfigKey.Duration("update_interval_when_expecting").Written(),
        ConfigKey.Duration("deletion_retry_interval").Written(),
        ConfigKey.Duration("shutdown_deletion_interval").Written(),
        ConfigKey.Number("shutdown_deletion_retries").Written(),
        ConfigKey.Number("failure_threshold").Written(),
        ConfigKey.Table("scale_throttle", ScaleThrottle),
        ConfigKey.OptionalBoolean("reservation_throttling"),
        ConfigKey.Boolean("log_internal_ip"),
        ConfigKey.Boolean("log_external_ip"),
        ConfigKey.Boolean("delete_instances_on_shutdown"),
        ConfigKey.Table("vm_isolation", VmIsolation),
        ConfigKey.Table("state_storage", StateStorage),
        ConfigKey.FractionList("instance_operation_time_buckets"),
        ConfigKey.FractionList("instance_creation_time_buckets"),
        ConfigKey.FractionList("instance_is_running_time_buckets"),
        ConfigKey.FractionList("instance_deletion_time_buckets"),
        ConfigKey.FractionList("instance_readiness_time_buckets"),
        ConfigKey.FractionList("instance_life_duration_buckets"),
    ]);
}
