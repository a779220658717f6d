using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.States;

/// <summary>How jobs end, by themselves, by their runner or by their downstream pipeline.</summary>
internal static class JobEnding
{
    private const int HighestExitCode = 32_767;

    public static void Succeed(JobBoard board, string name)
    {
        if (board.Find(name) is { Status: JobStatus.Canceling })
        {
            board.Move(name, JobStatus.Canceled, from: _ => true);
            return;
        }

        board.Move(name, JobStatus.Success, from: status => !status.IsStopped());
    }

    public static void Fail(JobBoard board, string name, string reason, int? exitCode)
    {
        if (board.Find(name) is not { } job || job.Status.IsComplete())
        {
            return;
        }

        if (job.Status == JobStatus.Canceling)
        {
            board.Put(job with { Status = JobStatus.Canceled });
            return;
        }

        var code = exitCode is { } value ? Math.Min(value, HighestExitCode) : (int?)null;
        var failed = job with
        {
            Status = JobStatus.Failed,
            FailureReason = reason,
            ExitCode = code,
            AllowFailure = job.AllowFailure || (code is { } known && job.AllowFailureExitCodes.Contains(known)),
        };
        board.Put(failed);
        if (AutomaticRetry.Follows(failed))
        {
            board.Replace(failed);
        }
        else if (board.Before.OnJobFailureCancelAll && !failed.AllowFailure)
        {
            JobActions.CancelAll(board, _ => true);
        }
    }

    /// <summary>A bridge follows the pipeline it started, as far as its strategy says.</summary>
    public static void Follow(JobBoard board, string name, JobStatus downstream)
    {
        if (board.Find(name) is not { Bridge: { } strategy } bridge || bridge.Status == JobStatus.Created)
        {
            return;
        }

        switch (strategy)
        {
            case TriggerStrategy.None:
                Succeed(board, name);
                break;
            case TriggerStrategy.Mirror:
                board.Put(bridge with { Status = downstream == JobStatus.Created ? JobStatus.Running : downstream });
                break;
            case TriggerStrategy.Depend when downstream == JobStatus.Success:
                Succeed(board, name);
                break;
            case TriggerStrategy.Depend when downstream == JobStatus.Canceled:
                board.Move(name, JobStatus.Canceled, from: status => !status.IsComplete());
                break;
            case TriggerStrategy.Depend when downstream is JobStatus.Failed or JobStatus.Skipped:
                Fail(board, name, "downstream_pipeline_failed", null);
                break;
            default:
                board.Move(name, JobStatus.Running, from: status => status is JobStatus.Pending or JobStatus.Success or JobStatus.Failed or JobStatus.Canceled);
                break;
        }
    }
}
