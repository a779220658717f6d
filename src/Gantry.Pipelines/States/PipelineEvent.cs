namespace Gantry.Pipelines.States;

/// <summary>Something that happened to a pipeline. Events that do not fit the status of their job change nothing.</summary>
public abstract record PipelineEvent
{
    private PipelineEvent()
    {
    }

    /// <summary>The pipeline was saved and begins.</summary>
    public sealed record Begun : PipelineEvent;

    /// <summary>A runner took the job, or the downstream of a bridge with a strategy exists.</summary>
    public sealed record JobStarted(string Job) : PipelineEvent;

    public sealed record JobSucceeded(string Job) : PipelineEvent;

    /// <summary>The runner, or the server in its place, ends the job as failed.</summary>
    /// <param name="Job">Name.</param>
    /// <param name="Reason">A failure reason of GitLab's vocabulary.</param>
    /// <param name="ExitCode">When a script ended with one.</param>
    public sealed record JobFailed(string Job, string Reason, int? ExitCode = null) : PipelineEvent;

    /// <summary>The runner ended the job as canceled.</summary>
    public sealed record JobStopped(string Job) : PipelineEvent;

    /// <summary>A user starts a manual job, or a delayed one before its time.</summary>
    public sealed record JobPlayed(string Job) : PipelineEvent;

    /// <summary>A user runs a finished job again.</summary>
    public sealed record JobRetried(string Job) : PipelineEvent;

    /// <param name="Job">Name.</param>
    /// <param name="IsGraceful">The runner can run <c>after_script</c> first: a running job is only <see cref="JobStatus.Canceling"/>.</param>
    public sealed record JobCanceled(string Job, bool IsGraceful) : PipelineEvent;

    /// <summary>Ends a job that hangs in <see cref="JobStatus.Canceling"/>.</summary>
    public sealed record JobForceCanceled(string Job) : PipelineEvent;

    /// <summary>A delayed job becomes a manual one.</summary>
    public sealed record JobUnscheduled(string Job) : PipelineEvent;

    /// <summary>The time of a delayed job has come.</summary>
    public sealed record DelayElapsed(string Job) : PipelineEvent;

    /// <summary>The resource group let the job in.</summary>
    public sealed record ResourceGranted(string Job) : PipelineEvent;

    /// <summary>The pipeline that a bridge started has a new status.</summary>
    public sealed record DownstreamChanged(string Job, JobStatus Status) : PipelineEvent;

    /// <param name="IsGraceful">Which running jobs can run <c>after_script</c> first.</param>
    public sealed record PipelineCanceled(Func<string, bool> IsGraceful) : PipelineEvent;

    /// <summary>All failed and canceled jobs run again.</summary>
    public sealed record PipelineRetried : PipelineEvent;

    /// <summary>A newer commit of the same ref has a pipeline.</summary>
    public sealed record Superseded(Func<string, bool> IsGraceful) : PipelineEvent;
}
