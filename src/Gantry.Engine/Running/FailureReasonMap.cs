using Gantry.Protocol;

namespace Gantry.Engine.Running;

/// <summary>
/// Narrows a reason to what the server lists (official-job-protocol §4.6, trap 31): its own list and the three every server
/// knows, else an older relative, else <c>unknown_failure</c>.
/// </summary>
internal static class FailureReasonMap
{
    private const int MostSteps = 3;

    private static readonly FailureReason[] Always =
        [FailureReason.ScriptFailure, FailureReason.RunnerSystemFailure, FailureReason.JobExecutionTimeout];

    private static readonly Dictionary<string, string> BuiltIn = new(StringComparer.Ordinal)
    {
        [FailureReason.ImagePullFailure.Wire] = FailureReason.RunnerSystemFailure.Wire,
        [FailureReason.RunnerConfigurationError.Wire] = FailureReason.ScriptFailure.Wire,
        [FailureReason.RunnerExternalDependencyFailure.Wire] = FailureReason.RunnerSystemFailure.Wire,
    };

    public static FailureReason Narrow(FailureReason reason, IReadOnlyCollection<string> supported) =>
        Narrow(reason, supported, BuiltIn, MostSteps);

    internal static FailureReason Narrow(
        FailureReason reason, IReadOnlyCollection<string> supported, IReadOnlyDictionary<string, string> older, int mostSteps)
    {
        var current = string.IsNullOrEmpty(reason.Wire) ? FailureReason.ScriptFailure.Wire : reason.Wire;
        for (var step = 0; step <= mostSteps; step++)
        {
            if (supported.Contains(current) || Always.Any(always => always.Wire == current))
            {
                return new FailureReason(current);
            }

            if (!older.TryGetValue(current, out var next))
            {
                break;
            }

            current = next;
        }

        return FailureReason.UnknownFailure;
    }
}
