using Gantry.Engine.Links;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Protocol;

namespace Gantry.Engine.Running;

/// <summary>From what happened to what the log and the server are told (official-job-protocol §3.9, §4.6, §4.7).</summary>
internal static class Verdicts
{
    public static JobVerdict Of(EndReason reason) => reason switch
    {
        EndReason.Canceled => new JobVerdict.Failed(FailureReason.JobCanceled, "canceled", 0),
        EndReason.JobTimeout timeout => new JobVerdict.Failed(
            FailureReason.JobExecutionTimeout, $"execution took longer than {GoDuration.Format(timeout.Limit)} seconds", 0),
        EndReason.ScriptTimeout => new JobVerdict.Failed(
            FailureReason.JobExecutionTimeout, "script timeout: context deadline exceeded", 0),
        EndReason.Interrupted interrupted => new JobVerdict.Failed(FailureReason.RunnerInterrupted, $"aborted: {interrupted.Signal}", 0),
        _ => new JobVerdict.Dropped("the server took the job back"),
    };

    public static JobVerdict Of(Compilation.Refused refused) => new JobVerdict.Failed(refused.Reason, refused.Message, 0);

    public static void WriteLastLine(IJobLog log, JobVerdict verdict)
    {
        switch (verdict)
        {
            case JobVerdict.Succeeded:
                log.Info("Job succeeded");
                break;
            case JobVerdict.Failed failed:
                log.Error(failed.Reason == FailureReason.RunnerSystemFailure
                    ? $"Job failed (system failure): {failed.Message}"
                    : $"Job failed: {failed.Message}");
                break;
            case JobVerdict.Dropped:
                log.Error("Job failed: canceled");
                break;
        }
    }

    /// <param name="verdict">How the job ended. A dropped job is reported as well: the server's refusal ends the matter (§2.3).</param>
    /// <param name="supported">The server's list of reasons.</param>
    /// <param name="ran">False before acceptance: such reasons are sent as they are (§4.6).</param>
    public static FinalUpdate FinalUpdateOf(JobVerdict verdict, IReadOnlyCollection<string> supported, bool ran) => verdict switch
    {
        JobVerdict.Succeeded => new FinalUpdate { State = JobUpdateState.Success },
        JobVerdict.Failed failed => new FinalUpdate
        {
            State = JobUpdateState.Failed,
            FailureReason = ran ? FailureReasonMap.Narrow(failed.Reason, supported) : failed.Reason,
            ExitCode = failed.ExitCode,
        },
        _ => new FinalUpdate { State = JobUpdateState.Failed, FailureReason = FailureReasonMap.Narrow(FailureReason.JobCanceled, supported) },
    };
}
