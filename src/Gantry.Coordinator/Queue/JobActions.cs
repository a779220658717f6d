using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>What people do to jobs and pipelines, each as one write. The caller has checked who may.</summary>
internal sealed class JobActions(Database database, JobLifecycle lifecycle)
{
    /// <summary>Null when there is no such job any more.</summary>
    public Task<JobRow?> CancelAsync(long jobId, bool force, CancellationToken cancellation) =>
        ChangeAsync(jobId, (session, job) => lifecycle.Cancel(session, job, force), cancellation);

    /// <summary>The new attempt; null when the job is not complete or has one already.</summary>
    public Task<JobRow?> RetryAsync(long jobId, long userId, CancellationToken cancellation) =>
        ChangeAsync(jobId, (session, job) => lifecycle.Retry(session, job, userId), cancellation);

    /// <summary>The job after it; still manual when it could not be played.</summary>
    public Task<JobRow?> PlayAsync(long jobId, long userId, IReadOnlyList<VariableRow> variables, CancellationToken cancellation) =>
        ChangeAsync(jobId, (session, job) => lifecycle.Play(session, job, userId, variables), cancellation);

    public Task<JobRow?> UnscheduleAsync(long jobId, CancellationToken cancellation) =>
        ChangeAsync(jobId, lifecycle.Unschedule, cancellation);

    public Task<PipelineRow?> CancelPipelineAsync(long pipelineId, CancellationToken cancellation) =>
        database.WriteAsync(
            session =>
            {
                lifecycle.CancelAll(session, pipelineId);
                return session.Pipelines.Find(pipelineId);
            },
            cancellation);

    public Task<PipelineRow?> RetryPipelineAsync(long pipelineId, long userId, CancellationToken cancellation) =>
        database.WriteAsync(
            session =>
            {
                lifecycle.RetryAll(session, pipelineId, userId);
                return session.Pipelines.Find(pipelineId);
            },
            cancellation);

    private Task<JobRow?> ChangeAsync(long jobId, Func<StoreSession, JobRow, JobRow?> change, CancellationToken cancellation) =>
        database.WriteAsync(session => session.Jobs.Find(jobId) is { } job ? change(session, job) : null, cancellation);
}
