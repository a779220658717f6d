namespace Gantry.Runner.Configuration.Shapes;

/// <summary>Keys of <c>[[runners]]</c> (official-cli-config §2.5.1), in the order they are saved.</summary>
internal static class RunnerShape
{
    /// <summary><c>[runners.custom_build_dir]</c>.</summary>
    public static readonly ConfigShape CustomBuildDir = new(
    [
        ConfigKey.OptionalBoolean("enabled").Flag("--custom_build_dir-enabled", "CUSTOM_BUILD_DIR_ENABLED"),
    ]);

    /// <summary><c>[runners.experimental.boot_verify]</c>.</summary>
    public static readonly ConfigShape BootVerify = new(
    [
        ConfigKey.Boolean("enabled"),
        ConfigKey.Duration("timeout").Written(),
        ConfigKey.Duration("acquire_min_backoff").Written(),
        ConfigKey.Duration("acquire_max_backoff").Written(),
    ]);

    /// <summary><c>[runners.artifact]</c>.</summary>
    public static readonly ConfigShape Artifact = new(
    [
        ConfigKey.OptionalDuration("upload_timeout"),
        ConfigKey.OptionalDuration("response_header_timeout"),
    ]);

    /// <summary><c>[[runners.monitoring.job_queuing_durations]]</c>.</summary>
    public static readonly ConfigShape JobQueuingDuration = new(
    [
        ConfigKey.TextList("periods").KeptWhenEmpty(),
        ConfigKey.Text("timezone").Written(),
        ConfigKey.Duration("threshold").Written(),
        ConfigKey.Text("jobs_running_for_project"),
    ]);

    /// <summary><c>[runners.referees.metrics]</c>.</summary>
    public static readonly ConfigShape MetricsReferee = new(
    [
        ConfigKey.Text("prometheus_address"),
        ConfigKey.Number("query_interval").Written(),
        ConfigKey.TextList("queries").KeptWhenEmpty(),
    ]);

    /// <summary><c>[[runners]]</c>.</summary>
    public static readonly ConfigShape Runner = new(
    [
        ConfigKey.Text("name").Written().Flag("--name,--description", "RUNNER_NAME"),
        ConfigKey.Number("limit").Flag("--limit", "RUNNER_LIMIT"),
        ConfigKey.Number("output_limit").Flag("--output-limit", "RUNNER_OUTPUT_LIMIT"),
        ConfigKey.Number("output_limit_tail"),
        ConfigKey.Number("request_concurrency").Flag("--request-concurrency", "RUNNER_REQUEST_CONCURRENCY"),
        ConfigKey.OptionalBoolean("strict_check_interval").Flag("--strict-check-interval", "RUNNER_STRICT_CHECK_INTERVAL"),
        ConfigKey.Number("unhealthy_requests_limit").Flag("--unhealthy-requests-limit", "RUNNER_UNHEALTHY_REQUESTS_LIMIT"),
        ConfigKey.OptionalDuration("unhealthy_interval").Flag("--unhealthy-interval"),
        ConfigKey.Number("job_status_final_update_retry_limit").Flag("--job-status-final-update-retry-limit", "RUNNER_job_status_final_update_retry_limit"),
        ConfigKey.Table("experimental", new([ConfigKey.Table("boot_verify", BootVerify)])),
        ConfigKey.Text("url").Written().Flag("-u,--url", "CI_SERVER_URL"),
        ConfigKey.Number("id").Written(),
        ConfigKey.Text("token").Secret().Written().Flag("-t,--token", "CI_SERVER_TOKEN"),
        ConfigKey.Date("token_obtained_at").Written(),
        ConfigKey.Date("token_expires_at").Written(),
        ConfigKey.Text("tls-ca-file").Flag("--tls-ca-file", "CI_SERVER_TLS_CA_FILE"),
        ConfigKey.Text("tls-cert-file").Flag("--tls-cert-file", "CI_SERVER_TLS_CERT_FILE"),
        ConfigKey.Text("tls-key-file").Flag("--tls-key-file", "CI_SERVER_TLS_KEY_FILE"),
        ConfigKey.TextMap("labels"),
        ConfigKey.Text("executor").Written().Flag("--executor", "RUNNER_EXECUTOR"),
        ConfigKey.Text("builds_dir").Flag("--builds-dir", "RUNNER_BUILDS_DIR"),
        ConfigKey.Text("cache_dir").Flag("--cache-dir", "RUNNER_CACHE_DIR"),
        ConfigKey.Text("clone_url").Flag("--clone-url", "CLONE_URL"),
        ConfigKey.TextList("environment").Flag("--env", "RUNNER_ENV"),
        ConfigKey.OptionalBoolean("proxy_exec").Flag("--proxy-exec", "RUNNER_PROXY_EXEC"),
        ConfigKey.Text("pre_get_sources_script").Flag("--pre-get-sources-script", "RUNNER_PRE_GET_SOURCES_SCRIPT"),
        ConfigKey.Text("post_get_sources_script").Flag("--post-get-sources-script", "RUNNER_POST_GET_SOURCES_SCRIPT"),
        ConfigKey.Text("pre_build_script").Flag("--pre-build-script", "RUNNER_PRE_BUILD_SCRIPT"),
        ConfigKey.Text("post_build_script").Flag("--post-build-script", "RUNNER_POST_BUILD_SCRIPT"),
        ConfigKey.OptionalDuration("prepare_timeout").Flag("--prepare-timeout", "RUNNER_PREPARE_TIMEOUT"),
        ConfigKey.OptionalDuration("get_sources_timeout").Flag("--get-sources-timeout", "RUNNER_GET_SOURCES_TIMEOUT"),
        ConfigKey.Boolean("debug_trace_disabled").Flag("--debug-trace-disabled", "RUNNER_DEBUG_TRACE_DISABLED"),
        ConfigKey.OptionalBoolean("safe_directory_checkout").Flag("--safe-directory-checkout", "RUNNER_SAFE_DIRECTORY_CHECKOUT"),
        ConfigKey.OptionalBoolean("clean_git_config").Flag("--clean-git-config", "RUNNER_CLEAN_GIT_CONFIG"),
        ConfigKey.Text("shell").Flag("--shell", "RUNNER_SHELL"),
        ConfigKey.Table("custom_build_dir", CustomBuildDir),
        ConfigKey.Table("referees", new([ConfigKey.Table("metrics", MetricsReferee)])),
        ConfigKey.Table("cache", CacheShape.Cache),
        ConfigKey.Table("artifact", Artifact),
        ConfigKey.BooleanMap("feature_flags").KeptWhenEmpty().Flag("--feature-flags", "FEATURE_FLAGS"),
        ConfigKey.Table("monitoring", new([ConfigKey.Tables("job_queuing_durations", JobQueuingDuration)])),
        ConfigKey.Boolean("use_slot_cgroups").Flag("--use-slot-cgroups", "RUNNER_USE_SLOT_CGROUPS"),
        ConfigKey.Text("slot_cgroup_template").Flag("--slot-cgroup-template", "RUNNER_SLOT_CGROUP_TEMPLATE"),
        ConfigKey.Table("instance", AutoscalerShape.Instance),
        ConfigKey.Table("ssh", MachineShapes.Ssh),
        ConfigKey.Table("docker", DockerShape.Docker),
        ConfigKey.Table("parallels", MachineShapes.Parallels),
        ConfigKey.Table("virtualbox", MachineShapes.VirtualBox),
        ConfigKey.Table("machine", DockerMachineShape.Machine),
        ConfigKey.Table("kubernetes", KubernetesShape.Kubernetes),
        ConfigKey.Table("custom", MachineShapes.Custom),
        ConfigKey.Table("autoscaler", AutoscalerShape.Autoscaler),
        ConfigKey.Text("step_runner_image").Flag("--step-runner-image", "STEP_RUNNER_IMAGE"),
    ]);
}
