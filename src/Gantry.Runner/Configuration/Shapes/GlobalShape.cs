namespace Gantry.Runner.Configuration.Shapes;

/// <summary>Keys outside of <c>[[runners]]</c> (official-cli-config §2.5.0), in the order they are saved.</summary>
internal static class GlobalShape
{
    /// <summary><c>[session_server]</c>.</summary>
    public static readonly ConfigShape SessionServer = new(
    [
        ConfigKey.Text("listen_address"),
        ConfigKey.Text("advertise_address"),
        ConfigKey.Number("session_timeout").Written("1800"),
    ]);

    /// <summary><c>[machine.shutdown_drain]</c>.</summary>
    public static readonly ConfigShape ShutdownDrain = new(
    [
        ConfigKey.Boolean("enabled"),
        ConfigKey.Number("concurrency").Written(),
        ConfigKey.Number("max_retries").Written(),
        ConfigKey.Duration("retry_backoff").Written(),
    ]);

    /// <summary><c>[experimental.usage_logger.logrotate]</c>.</summary>
    public static readonly ConfigShape UsageLogRotate = new(
    [
        ConfigKey.Text("log_dir"),
        ConfigKey.OptionalNumber("max_backup_files"),
        ConfigKey.OptionalDuration("max_rotation_age"),
        ConfigKey.TextMap("labels"),
    ]);

    /// <summary><c>[experimental.usage_logger.snowplow_billing]</c>.</summary>
    public static readonly ConfigShape SnowplowBilling = new(
    [
        ConfigKey.Text("collector_uri"),
        ConfigKey.Text("app_id"),
        ConfigKey.Text("category"),
        ConfigKey.Text("realm"),
        ConfigKey.Text("deployment_type"),
        ConfigKey.TextMap("metadata"),
        ConfigKey.Boolean("enable_oidc"),
        ConfigKey.FractionList("batch_delivery_duration_buckets"),
        ConfigKey.OptionalBoolean("skip_oidc_if_unsupported_cloud"),
        ConfigKey.OptionalBoolean("skip_runner_system_failure"),
    ]);

    /// <summary><c>[experimental.usage_logger]</c>.</summary>
    public static readonly ConfigShape UsageLogger = new(
    [
        ConfigKey.Boolean("enabled").Written(),
        ConfigKey.TextList("writers"),
        ConfigKey.Table("logrotate", UsageLogRotate),
        ConfigKey.Table("snowplow_billing", SnowplowBilling),
        ConfigKey.Text("log_dir"),
        ConfigKey.OptionalNumber("max_backup_files"),
        ConfigKey.OptionalDuration("max_rotation_age"),
        ConfigKey.TextMap("labels"),
    ]);

    /// <summary>The document.</summary>
    public static readonly ConfigShape Global = new(
    [
        ConfigKey.Text("listen_address"),
        ConfigKey.Table("session_server", SessionServer),
        ConfigKey.TextMap("labels"),
        ConfigKey.Number("concurrent").Written("1"),
        ConfigKey.Number("check_interval").Written(),
        ConfigKey.OptionalText("log_level"),
        ConfigKey.OptionalText("log_format"),
        ConfigKey.Text("user"),
        ConfigKey.Tables("runners", RunnerShape.Runner).KeptWhenEmpty(),
        ConfigKey.OptionalText("sentry_dsn").Secret(),
        ConfigKey.OptionalDuration("connection_max_age").Written("\"15m0s\""),
        ConfigKey.Table("machine", new([ConfigKey.Table("shutdown_drain", ShutdownDrain)])),
        ConfigKey.Table("experimental", new([ConfigKey.Table("usage_logger", UsageLogger)])),
        ConfigKey.Number("shutdown_timeout").Written(),
    ]);
}
