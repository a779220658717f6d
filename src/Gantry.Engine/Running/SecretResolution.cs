using System.Globalization;
using System.Text.Json;
using Gantry.Engine.Links;
using Gantry.Engine.Plans;
using Gantry.Engine.Stages;
using Gantry.Engine.Traces;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Running;

/// <summary>
/// Secrets of other stores become variables before the job is planned for good: masked, raw, files unless the definition says
/// otherwise (official-job-protocol §4.1 step 4, §9.6).
/// </summary>
internal sealed class SecretResolution(ISecretResolver? resolver, IJobLog log, TimeProvider time)
{
    private readonly List<JobVariable> _found = [];

    /// <returns>The variables, and the failure of the job or null.</returns>
    public async Task<(IReadOnlyList<JobVariable> Variables, StageOutcome.Failed? Failure)> RunAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        log.Line($"{Ansi.BoldCyan}Resolving secrets{Ansi.Reset}");
        var attempts = new StageAttempts(time, log, plan.Flags[KnownFlags.ExponentialRetry]);
        var outcome = await attempts.RunAsync(plan.Settings.SecretsAttempts, _ => OnceAsync(plan, cancellationToken), cancellationToken);
        return (_found, outcome as StageOutcome.Failed);
    }

    private async Task<StageOutcome> OnceAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        _found.Clear();
        foreach (var (name, written) in plan.Payload.Secrets)
        {
            log.Line($"Resolving secret \"{name}\"...");
            var definition = SecretExpansion.Expand(written, plan.Variables);
            if (resolver?.StoreOf(definition) is not { } store)
            {
                log.Warning("Not resolved: no resolver that can handle the secret");
                continue;
            }

            log.Line($"Using \"{store}\" secret resolver...");
            try
            {
                var value = await resolver.FetchAsync(
                    new SecretRequest { Name = name, Definition = definition, SessionName = SessionName(plan) }, cancellationToken);
                if (value.IsEmpty && plan.Flags[KnownFlags.SecretsMustExist])
                {
                    return new StageOutcome.Failed(FailureReason.RunnerConfigurationError, $"resolving secrets: secret not found: {name}", 0);
                }

                _found.Add(new JobVariable { Key = name, Value = value.Reveal(), Masked = true, Raw = true, File = IsFile(definition) });
            }
            catch (SecretException broken)
            {
                return new StageOutcome.Failed(
                    broken.IsOutage ? FailureReason.RunnerExternalDependencyFailure : FailureReason.RunnerConfigurationError,
                    $"resolving secrets: {broken.Message}", 0);
            }
        }

        return StageOutcome.Success;
    }

    private static bool IsFile(JsonElement definition) => !definition.TryGetProperty("file", out var file) || file.ValueKind != JsonValueKind.False;

    private static string SessionName(JobPlan plan) => string.Create(
        CultureInfo.InvariantCulture, $"{plan.Payload.Id}-{plan.Payload.JobInfo.ProjectId}-{plan.Variables.Get("CI_SERVER_HOST")}");
}
