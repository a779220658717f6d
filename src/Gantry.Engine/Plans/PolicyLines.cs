using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>What a job that a policy added says before its first step (official-job-protocol §3.9).</summary>
internal static class PolicyLines
{
    public static IReadOnlyList<string> Of(PolicyOptions? options)
    {
        if (options is not { ExecutionPolicyJob: true })
        {
            return [];
        }

        var variables = options.PolicyVariablesOverrideAllowed switch
        {
            null => "Variables defined in the policy take precedence over matching user-defined CI/CD variables for this job.",
            { } allowed => "User-defined CI/CD variables are " + (allowed ? "allowed in this job" : "ignored in this job")
                + (options.PolicyVariablesOverrideExceptions.Count > 0
                    ? $" (except for {string.Join(", ", options.PolicyVariablesOverrideExceptions)})" : "")
                + " according to the policy.",
        };
        return [$"Job triggered by policy \"{options.PolicyName}\".", variables];
    }
}
