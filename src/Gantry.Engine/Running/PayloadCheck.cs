using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Running;

/// <summary>What is wrong with a payload before anything runs, and the payload as it is worked with.</summary>
internal static class PayloadCheck
{
    private const int UnsupportedOptionsExitCode = 3;

    /// <summary>Problems that keep the job from being accepted (official-job-protocol §1.11).</summary>
    public static JobVerdict.Failed? BeforeAcceptance(JobPayload payload, IJobLog log)
    {
        var options = PayloadRules.UnsupportedOptions(payload);
        if (options.Count > 0)
        {
            var text = string.Join('\n', options);
            log.Error(text);
            return new JobVerdict.Failed(FailureReason.RunnerSystemFailure, text, UnsupportedOptionsExitCode);
        }

        return PayloadRules.ApplyRun(payload).Problem is { } problem
            ? new JobVerdict.Failed(FailureReason.RunnerSystemFailure, problem, UnsupportedOptionsExitCode)
            : null;
    }

    /// <summary>The payload with <c>run</c> and inputs worked in, or the end of the job (§4.1 step 2).</summary>
    public static (JobPayload Payload, JobVerdict.Failed? Failure) Prepare(JobPayload payload, FeatureFlags flags)
    {
        var (worked, problem) = flags[KnownFlags.InputInterpolation]
            ? JobInputs.Apply(PayloadRules.ApplyRun(payload).Payload)
            : (PayloadRules.ApplyRun(payload).Payload, null);
        return (worked, problem is null ? null : new JobVerdict.Failed(FailureReason.RunnerConfigurationError, problem, 0));
    }
}
