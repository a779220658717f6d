using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.States;

/// <summary>What users, newer commits and failing neighbours do to jobs.</summary>
internal static class JobActions
{
    public static void Play(JobBoard board, string name)
    {
        if (board.Enqueue(name, from: status => status is JobStatus.Manual or JobStatus.Scheduled))
        {
            board.ResetSkippedAfter(name);
        }
    }

    public static void Retry(JobBoard board, string name)
    {
        if (board.Find(name) is { Status: JobStatus.Success or JobStatus.Failed or JobStatus.Canceled } job)
        {
            board.Replace(job);
            board.ResetSkippedAfter(name);
        }
    }

    public static void RetryAll(JobBoard board)
    {
        foreach (var job in board.Jobs.ToList())
        {
            if (job.Status is JobStatus.Failed or JobStatus.Canceled)
            {
                board.Replace(job);
            }
            else if (job.Status == JobStatus.Skipped)
            {
                board.Put(job with { Status = JobStatus.Created });
            }
        }
    }

    public static void Cancel(JobBoard board, string name, bool isGraceful)
    {
        if (board.Find(name) is { } job && (job.Status.IsCancelable() || job.Status == JobStatus.Manual))
        {
            board.Put(job with { Status = job.Status == JobStatus.Running && isGraceful && job.Bridge is null ? JobStatus.Canceling : JobStatus.Canceled });
        }
    }

    public static void CancelAll(JobBoard board, Func<string, bool> isGraceful)
    {
        foreach (var job in board.Jobs.Where(job => job.Status.IsCancelable()).ToList())
        {
            Cancel(board, job.Name, isGraceful(job.Name));
        }
    }

    public static void Supersede(JobBoard board, Func<string, bool> isGraceful)
    {
        switch (board.Before.OnNewCommit)
        {
            case OnNewCommit.Conservative when !board.Jobs.Any(job => !job.IsInterruptible && job.Status.IsStarted()):
                CancelAll(board, isGraceful);
                break;
            case OnNewCommit.Interruptible:
                foreach (var job in board.Jobs.Where(job => job.IsInterruptible && job.Status.IsCancelable()).ToList())
                {
                    Cancel(board, job.Name, isGraceful(job.Name));
                }

                break;
        }
    }
}
