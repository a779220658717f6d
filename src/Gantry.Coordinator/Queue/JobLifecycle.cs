using Gantry.Coordinator.Store;
using Gantry.Pipelines.States;

namespace Gantry.Coordinator.Queue;

/// <summary>
/// What runners, people and the server's own clock do to jobs, inside a write. Each gives the job as it is afterwards; what a
/// state does not allow is left undone.
/// </summary>
internal sealed class JobLifecycle(PipelineCourse course, TimeProvider clock)
{
    /// <summary>The pipeline was kept, its commit can be fetched: its first jobs go.</summary>
    public void Begin(StoreSession session, long pipelineId) => course.Apply(session, pipelineId, new PipelineEvent.Begun(), null);

    /// <summary>The runner has begun.</summary>
    public JobRow Start(StoreSession session, JobRow job) => Happen(session, job, new PipelineEvent.JobStarted(job.Name));

    /// <summary>
    /// Back to the queue: its runner never accepted it, or cannot have heard of it. One that has begun to work keeps it.
    /// </summary>
    public void Release(StoreSession session, long jobId)
    {
        if (session.Jobs.Find(jobId) is { Status: CiStatus.Pending, AssignedAt: not null } job)
        {
            var definition = session.Jobs.Definition(jobId);
            session.Jobs.SetToken(jobId, null);
            session.Jobs.Update(job with
            {
                RunnerId = null,
                MachineId = null,
                AssignedAt = null,
                CancelGracefully = false,
                Timeout = definition.Timeout,
                TimeoutSource = definition.TimeoutSource,
                UpdatedAt = clock.GetUtcNow(),
            });
        }
    }

    /// <summary>The job's work succeeded; one that is being cancelled ends cancelled.</summary>
    public JobRow Succeed(StoreSession session, JobRow job) => Happen(session, job, new PipelineEvent.JobSucceeded(job.Name));

    /// <summary>The job failed, by itself or by the server's judgement.</summary>
    public JobRow Drop(StoreSession session, JobRow job, string reason, int? exitCode) =>
        Happen(session, job, new PipelineEvent.JobFailed(job.Name, reason, exitCode));

    /// <summary>
    /// A running job on a runner that can stop gracefully goes through <c>canceling</c> and runs its after_script; every other
    /// one is cancelled at once, and its runner learns it with the next answer. Force ends one that hangs in <c>canceling</c>.
    /// </summary>
    public JobRow Cancel(StoreSession session, JobRow job, bool force) => force && job.Status == CiStatus.Canceling
        ? Happen(session, job, new PipelineEvent.JobForceCanceled(job.Name))
        : Happen(session, job, new PipelineEvent.JobCanceled(job.Name, job.CancelGracefully && !force));

    /// <summary>Starts a manual or delayed job now, as <paramref name="userId"/>.</summary>
    public JobRow Play(StoreSession session, JobRow job, long userId, IReadOnlyList<VariableRow> variables)
    {
        if (job.Retried || job.Status is not (CiStatus.Manual or CiStatus.Scheduled))
        {
            return job;
        }

        if (variables.Count > 0)
        {
            session.Jobs.SetVariables(job.Id, variables);
        }

        session.Jobs.Update(job with { UserId = userId });
        return Happen(session, job, new PipelineEvent.JobPlayed(job.Name));
    }

    /// <summary>The time of a delayed job has come.</summary>
    public JobRow Elapse(StoreSession session, JobRow job) => Happen(session, job, new PipelineEvent.DelayElapsed(job.Name));

    /// <summary>Takes a delayed job's clock away: it waits to be played.</summary>
    public JobRow Unschedule(StoreSession session, JobRow job) => Happen(session, job, new PipelineEvent.JobUnscheduled(job.Name));

    /// <summary>A new attempt of a complete job; null when it is not complete or has been replaced already.</summary>
    public JobRow? Retry(StoreSession session, JobRow job, long userId)
    {
        if (job.Retried || job.Status is not (CiStatus.Success or CiStatus.Failed or CiStatus.Canceled))
        {
            return null;
        }

        course.Apply(session, job.PipelineId, new PipelineEvent.JobRetried(job.Name), userId);
        return session.Jobs.Latest(job.PipelineId).FirstOrDefault(other => other.Name == job.Name);
    }

    /// <summary>New attempts of everything that failed or was cancelled.</summary>
    public void RetryAll(StoreSession session, long pipelineId, long userId) =>
        course.Apply(session, pipelineId, new PipelineEvent.PipelineRetried(), userId);

    /// <summary>Cancels every job of the pipeline and of its children.</summary>
    public void CancelAll(StoreSession session, long pipelineId)
    {
        course.Apply(session, pipelineId, new PipelineEvent.PipelineCanceled(Graceful(session, pipelineId)), null);
        foreach (var child in session.Pipelines.Children(pipelineId))
        {
            CancelAll(session, child.Id);
        }
    }

    /// <summary>A newer commit has a pipeline: cancels what the older one's workflow allows (ci-yaml §20).</summary>
    public void Supersede(StoreSession session, PipelineRow older, long newerId)
    {
        course.Apply(session, older.Id, new PipelineEvent.Superseded(Graceful(session, older.Id)), null);
        if (session.Pipelines.Find(older.Id) is { } after && after.Status != older.Status)
        {
            session.Pipelines.Update(after with { AutoCanceledById = newerId });
        }
    }

    private static Func<string, bool> Graceful(StoreSession session, long pipelineId)
    {
        var able = session.Jobs.Latest(pipelineId).Where(job => job.CancelGracefully).Select(job => job.Name).ToHashSet(StringComparer.Ordinal);
        return able.Contains;
    }

    private JobRow Happen(StoreSession session, JobRow job, PipelineEvent happened)
    {
        // A replaced attempt has no part in its pipeline any more; its name means another row.
        if (!job.Retried)
        {
            course.Apply(session, job.PipelineId, happened, null);
        }

        return session.Jobs.Find(job.Id) ?? job;
    }
}
