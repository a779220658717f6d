using System.Globalization;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Json;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RunnerApi;

/// <summary><c>PUT jobs/:id</c>: acceptance, keep-alive and the final state (official-job-protocol §1.12, §1.13).</summary>
internal sealed class JobUpdateEndpoint(CoordinatorServices services)
{
    public void Map(ApiRoutes routes) => routes.MapRaw("PUT", "jobs/{id}", UpdateAsync);

    private async Task UpdateAsync(HttpContext http)
    {
        var update = await JsonBody.ReadAsync(http.Request, ProtocolJson.Default.UpdateJobRequest, http.RequestAborted);
        var admitted = await JobGate.AdmitAsync(services, http, update.Token);
        if (update.State is not ("running" or "pending" or "success" or "failed"))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "400 Bad request - Unknown job state");
        }

        if (admitted.AssignedAt is null && !CiStatus.IsExecuting(admitted.Status))
        {
            throw JobGate.NotRunning();
        }

        if (update.State is "success" or "failed")
        {
            await CoverageReading.KeepAsync(services, admitted.Id, CancellationToken.None);
        }

        // Whatever the client does now, a state it reported is worth keeping.
        var job = await services.Database.WriteAsync(session => Apply(session, admitted.Id, update), CancellationToken.None)
            ?? throw JobGate.NotRunning();
        JobGate.Tell(http, job);
        if (CiStatus.IsComplete(job.Status))
        {
            await services.Traces.CompleteAsync(job.Id, CancellationToken.None);
        }

        http.Response.Headers[ProtocolHeaders.TraceUpdateInterval] = TraceInterval.Of(services.Traces, job.Id).ToString(CultureInfo.InvariantCulture);
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("\"200\"", http.RequestAborted);
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
