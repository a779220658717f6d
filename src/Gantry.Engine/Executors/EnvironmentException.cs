using Gantry.Protocol;

namespace Gantry.Engine.Executors;

/// <summary>
/// The runner or a job's place broke (as opposed to: the job failed). Carries GitLab's reason, and whether the
/// preparation may be tried again. The message is for the user and holds no secret.
/// </summary>
public sealed class EnvironmentException(FailureReason reason, string message, bool retriable, Exception? inner = null)
    : Exception(message, inner)
{
    public FailureReason Reason { get; } = reason;

    /// <summary>False for mistakes in settings and classified failures: the next try would end the same way (§4.1 step 8).</summary>
    public bool Retriable { get; } = retriable;

    /// <summary>Of the program that ended the job; 0: none did.</summary>
    public int ExitCode { get; init; }

    /// <summary>An unclassified break: <c>runner_system_failure</c>, worth another try.</summary>
    public static EnvironmentException Broken(string message, Exception? inner = null) =>
        new(FailureReason.RunnerSystemFailure, message, retriable: true, inner);

    /// <summary>Something the operator or the user must change first: <c>runner_configuration_error</c>.</summary>
    public static EnvironmentException Misconfigured(string message) =>
        new(FailureReason.RunnerConfigurationError, message, retriable: false);
}
