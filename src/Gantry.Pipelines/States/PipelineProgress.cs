namespace Gantry.Pipelines.States;

/// <summary>
/// The course of a pipeline as one pure function: state and event in, state and changes out. Call it for every event, one at
/// a time for each pipeline, and store the changes before the next event.
/// </summary>
public static class PipelineProgress
{
    public static PipelineStep Apply(PipelineState state, PipelineEvent happened)
    {
        var board = new JobBoard(state);
        Happen(board, happened);
        board.Process();
        return board.Step();
    }

    private static void Happen(JobBoard board, PipelineEvent happened)
    {
        switch (happened)
        {
            case PipelineEvent.JobStarted { Job: var job }:
                board.Move(job, JobStatus.Running, from: status => status == JobStatus.Pending);
                break;
            case PipelineEvent.JobSucceeded { Job: var job }:
                JobEnding.Succeed(board, job);
                break;
            case PipelineEvent.JobFailed failed:
                JobEnding.Fail(board, failed.Job, failed.Reason, failed.ExitCode);
                break;
            case PipelineEvent.JobStopped { Job: var job }:
                board.Move(job, JobStatus.Canceled, from: status => !status.IsComplete());
                break;
            case PipelineEvent.JobPlayed { Job: var job }:
                JobActions.Play(board, job);
                break;
            case PipelineEvent.JobRetried { Job: var job }:
                JobActions.Retry(board, job);
                break;
            case PipelineEvent.JobCanceled { Job: var job, IsGraceful: var graceful }:
                JobActions.Cancel(board, job, graceful);
                break;
            case PipelineEvent.JobForceCanceled { Job: var job }:
                board.Move(job, JobStatus.Canceled, from: status => status == JobStatus.Canceling);
                break;
            case PipelineEvent.JobUnscheduled { Job: var job }:
                board.Move(job, JobStatus.Manual, from: status => status == JobStatus.Scheduled);
                break;
            case PipelineEvent.DelayElapsed { Job: var job }:
                board.Enqueue(job, from: status => status == JobStatus.Scheduled);
                break;
            case PipelineEvent.ResourceGranted { Job: var job }:
                board.Move(job, JobStatus.Pending, from: status => status == JobStatus.WaitingForResource);
                break;
            case PipelineEvent.DownstreamChanged { Job: var job, Status: var status }:
                JobEnding.Follow(board, job, status);
                break;
            case PipelineEvent.PipelineCanceled { IsGraceful: var graceful }:
                JobActions.CancelAll(board, graceful);
                break;
            case PipelineEvent.PipelineRetried:
                JobActions.RetryAll(board);
                break;
            case PipelineEvent.Superseded { IsGraceful: var graceful }:
                JobActions.Supersede(board, graceful);
                break;
        }
    }
}
