using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.States;

/// <summary>Decides whether a failed attempt is followed by another one.</summary>
internal static class AutomaticRetry
{
    private static readonly HashSet<string> Never = new(StringComparer.Ordinal)
    {
        "ci_quota_exceeded",
        "no_matching_runner",
        "missing_dependency_failure",
        "forward_deployment_failure",
        "failed_outdated_deployment_job",
        "environment_creation_failure",
    };

    /// <summary>An older reason that stands for newer, finer ones.</summary>
    private static readonly Dictionary<string, string[]> Aliases = new(StringComparer.Ordinal)
    {
        ["stuck_or_timeout_failure"] = ["stuck_pending_with_matching_runners", "stuck_pending_no_matching_runners", "no_updates_running", "no_updates_canceling"],
        ["job_execution_timeout"] = ["server_timeout_running", "server_timeout_canceling"],
    };

    public static bool Follows(JobState failed)
    {
        var reason = failed.FailureReason ?? "unknown_failure";
        var done = failed.Attempt - 1;
        if (Never.Contains(reason))
        {
            return false;
        }

        return reason == "scheduler_failure" && failed.Retry.Max == 0 ? done < 2 : done < failed.Retry.Max && Matches(failed.Retry, reason, failed.ExitCode);
    }

    // Reasons and exit codes are alternatives: either is enough.
    private static bool Matches(RetryModel retry, string reason, int? exitCode)
    {
        var anyReason = retry.When.Count == 0 && retry.ExitCodes.Count == 0;
        return anyReason || retry.When.Any(when => Covers(when, reason)) || (exitCode is { } code && retry.ExitCodes.Contains(code));
    }

    private static bool Covers(string when, string reason) =>
        when == "always" || when == reason || (Aliases.TryGetValue(when, out var finer) && finer.Contains(reason));
}
