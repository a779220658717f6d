namespace Gantry.Runner.Configuration.Shapes;

/// <summary>Keys of the virtual machine executors and of <c>custom</c> (official-cli-config §2.5.3–2.5.6).</summary>
internal static class MachineShapes
{
    /// <summary><c>[runners.ssh]</c>.</summary>
    public static readonly ConfigShape Ssh = new(
    [
        ConfigKey.Text("user").Flag("--ssh-user", "SSH_USER"),
        ConfigKey.Text("password").Secret().Flag("--ssh-password", "SSH_PASSWORD"),
        ConfigKey.Text("host").Flag("--ssh-host", "SSH_HOST"),
        ConfigKey.Text("port").Flag("--ssh-port", "SSH_PORT"),
        ConfigKey.Text("identity_file").Flag("--ssh-identity-file", "SSH_IDENTITY_FILE"),
        ConfigKey.OptionalBoolean("disable_strict_host_key_checking").Flag("--ssh-disable-strict-host-key-checking", "DISABLE_STRICT_HOST_KEY_CHECKING"),
        ConfigKey.Text("known_hosts_file").Flag("--ssh-known-hosts-file", "KNOWN_HOSTS_FILE"),
    ]);

    /// <summary><c>[runners.parallels]</c>.</summary>
    public static readonly ConfigShape Parallels = new(
    [
        ConfigKey.Text("base_name").Written().Flag("--parallels-base-name", "PARALLELS_BASE_NAME"),
        ConfigKey.Text("template_name").Flag("--parallels-template-name", "PARALLELS_TEMPLATE_NAME"),
        ConfigKey.Boolean("disable_snapshots").Written().Flag("--parallels-disable-snapshots", "PARALLELS_DISABLE_SNAPSHOTS"),
        ConfigKey.Text("time_server").Flag("--parallels-time-server", "PARALLELS_TIME_SERVER"),
        ConfigKey.TextList("allowed_images").Flag("--parallels-allowed-images", "PARALLELS_ALLOWED_IMAGES"),
    ]);

    /// <summary><c>[runners.virtualbox]</c>.</summary>
    public static readonly ConfigShape VirtualBox = new(
    [
        ConfigKey.Text("base_name").Written().Flag("--virtualbox-base-name", "VIRTUALBOX_BASE_NAME"),
        ConfigKey.Text("base_snapshot").Flag("--virtualbox-base-snapshot", "VIRTUALBOX_BASE_SNAPSHOT"),
        ConfigKey.Text("base_folder").Written().Flag("--virtualbox-base-folder", "VIRTUALBOX_BASE_FOLDER"),
        ConfigKey.Boolean("disable_snapshots").Written().Flag("--virtualbox-disable-snapshots", "VIRTUALBOX_DISABLE_SNAPSHOTS"),
        ConfigKey.TextList("allowed_images").Flag("--virtualbox-allowed-images", "VIRTUALBOX_ALLOWED_IMAGES"),
        ConfigKey.Text("start_type").Written().Flag("--virtualbox-start-type", "VIRTUALBOX_START_TYPE"),
    ]);

    /// <summary><c>[runners.custom]</c>.</summary>
    public static readonly ConfigShape Custom = new(
    [
        ConfigKey.Text("config_exec").Flag("--custom-config-exec", "CUSTOM_CONFIG_EXEC"),
        ConfigKey.TextList("config_args").Flag("--custom-config-args"),
        ConfigKey.OptionalNumber("config_exec_timeout").Flag("--custom-config-exec-timeout", "CUSTOM_CONFIG_EXEC_TIMEOUT"),
        ConfigKey.Text("prepare_exec").Flag("--custom-prepare-exec", "CUSTOM_PREPARE_EXEC"),
        ConfigKey.TextList("prepare_args").Flag("--custom-prepare-args"),
        ConfigKey.OptionalNumber("prepare_exec_timeout").Flag("--custom-prepare-exec-timeout", "CUSTOM_PREPARE_EXEC_TIMEOUT"),
        ConfigKey.Text("run_exec").Written().Flag("--custom-run-exec", "CUSTOM_RUN_EXEC"),
        ConfigKey.TextList("run_args").Flag("--custom-run-args"),
        ConfigKey.Text("cleanup_exec").Flag("--custom-cleanup-exec", "CUSTOM_CLEANUP_EXEC"),
        ConfigKey.TextList("cleanup_args").Flag("--custom-cleanup-args"),
        ConfigKey.OptionalNumber("cleanup_exec_timeout").Flag("--custom-cleanup-exec-timeout", "CUSTOM_CLEANUP_EXEC_TIMEOUT"),
        ConfigKey.OptionalNumber("graceful_kill_timeout").Flag("--custom-graceful-kill-timeout", "CUSTOM_GRACEFUL_KILL_TIMEOUT"),
        ConfigKey.OptionalNumber("force_kill_timeout").Flag("--custom-force-kill-timeout", "CUSTOM_FORCE_KILL_TIMEOUT"),
    ]);
}
