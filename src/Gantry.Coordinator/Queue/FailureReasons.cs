using System.Collections.Frozen;

namespace Gantry.Coordinator.Queue;

/// <summary>The failure reasons that a runner may report (ci-yaml §19.4), told to it in <c>features.failure_reasons</c>.</summary>
internal static class FailureReasons
{
    public const string Unknown = "unknown_failure";
    public const string Script = "script_failure";

    public static readonly IReadOnlyList<string> FromRunner =
    [
        "unknown_failure", "script_failure", "api_failure", "stuck_or_timeout_failure", "runner_system_failure",
        "missing_dependency_failure", "runner_unsupported", "stale_schedule", "job_execution_timeout", "archived_failure",
        "unmet_prerequisites", "scheduler_failure", "data_integrity_failure", "forward_deployment_failure", "user_blocked",
        "project_deleted", "ci_quota_exceeded", "pipeline_loop_detected", "no_matching_runner", "trace_size_exceeded",
        "builds_disabled", "environment_creation_failure", "deployment_rejected", "failed_outdated_deployment_job",
        "job_execution_server_timeout", "runner_configuration_error", "runner_external_dependency_failure",
        "runner_interrupted",
    ];

    private static readonly FrozenSet<string> Known = FromRunner.ToFrozenSet();

    /// <summary>What is stored for what the runner sent.</summary>
    public static string Accept(string? sent) => string.IsNullOrEmpty(sent) ? Script : Known.Contains(sent) ? sent : Unknown;
}
