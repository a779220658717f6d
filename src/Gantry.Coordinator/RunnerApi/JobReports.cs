using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Protocol.Jobs;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>What runners report about jobs they were given (official-job-protocol §1.12, §1.13), however it reached us.</summary>
internal sealed class JobReports(CoordinatorServices services)
{
    /// <summary>
    /// The job as it is afterwards; null when it is over or was taken away. Whatever becomes of the caller, a state that was
    /// reported is worth keeping, so nothing cancels this.
    /// </summary>
    public async Task<JobRow?> TakeAsync(long jobId, UpdateJobRequest update)
    {
        if (update.State is "success" or "failed")
        {
            await CoverageReading.KeepAsync(services, jobId, CancellationToken.None);
        }

        var job = await services.Database.WriteAsync(session => Apply(session, jobId, update), CancellationToken.None);
        if (job is not null && CiStatus.IsComplete(job.Status))
        {
            await services.Traces.CompleteAsync(job.Id, CancellationToken.None);
        }

        return job;
    }

    // Null when the job is over or was taken away.
    private JobRow? Apply(StoreSession session, long jobId, UpdateJobRequest update)
    {
        var now = services.Clock.GetUtcNow();
        switch (session.Jobs.Find(jobId))
        {
            case { Status: CiStatus.Pending, AssignedAt: not null } reserved:
                return Accept(session, reserved, update.State, now);
            case { } job when CiStatus.IsExecuting(job.Status):
                return update.State switch
                {
                    "success" => services.Lifecycle.Succeed(session, job),
                    "failed" => services.Lifecycle.Drop(session, job, FailureReasons.Accept(update.FailureReason), update.ExitCode),
                    _ => KeepAlive(session, job, now),
                };
            default:
                return null;
        }
    }

    private JobRow Accept(StoreSession session, JobRow reserved, string state, DateTimeOffset now)
    {
        switch (state)
        {
            case "running":
                return services.Lifecycle.Start(session, reserved);
            case "pending":
                var waiting = reserved with { AssignedAt = now, UpdatedAt = now };
                session.Jobs.Update(waiting);
                return waiting;
            case "failed":
                // The runner could not even begin (official-job-protocol §1.12).
                return services.Lifecycle.Drop(session, services.Lifecycle.Start(session, reserved), "runner_system_failure", null);
            default:
                throw new ApiException(StatusCodes.Status400BadRequest, "400 Bad request - Job is not accepted yet");
        }
    }

    private static JobRow KeepAlive(StoreSession session, JobRow job, DateTimeOffset now)
    {
        session.Jobs.Touch(job.Id, now);
        return job;
    }
}
