using System.Globalization;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Protocol;
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

        var job = await new JobReports(services).TakeAsync(admitted.Id, update) ?? throw JobGate.NotRunning();
        JobGate.Tell(http, job);
        http.Response.Headers[ProtocolHeaders.TraceUpdateInterval] = TraceInterval.Of(services.Traces, job.Id).ToString(CultureInfo.InvariantCulture);
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("\"200\"", http.RequestAborted);
    }
}
