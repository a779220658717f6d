namespace Gantry.Protocol;

/// <summary>
/// Why a job failed, in GitLab's own vocabulary; <see cref="Wire"/> is the name on the wire
/// (official-job-protocol §4.6). Reasons that a server does not list in <c>features.failure_reasons</c> are narrowed
/// before sending.
/// </summary>
public readonly record struct FailureReason(string Wire)
{
    public static readonly FailureReason ScriptFailure = new("script_failure");
    public static readonly FailureReason RunnerSystemFailure = new("runner_system_failure");
    public static readonly FailureReason JobExecutionTimeout = new("job_execution_timeout");
    public static readonly FailureReason ImagePullFailure = new("image_pull_failure");
    public static readonly FailureReason RunnerConfigurationError = new("runner_configuration_error");
    public static readonly FailureReason RunnerExternalDependencyFailure = new("runner_external_dependency_failure");
    public static readonly FailureReason RunnerInterrupted = new("runner_interrupted");
    public static readonly FailureReason JobCanceled = new("job_canceled");
    public static readonly FailureReason UnknownFailure = new("unknown_failure");

    public override string ToString() => Wire;
}
