using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Protocol;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>
/// Lets a runner's call about a job through. Every answer carries <c>Job-Status</c>, and a job that is over is answered with
/// 403: that is how a runner learns that it should stop (official-job-protocol §1.13).
/// </summary>
internal static class JobGate
{
    public static async Task<JobRow> AdmitAsync(CoordinatorServices services, HttpContext http, string? bodyToken)
    {
        var id = IdOf(http);
        var token = bodyToken is { Length: > 0 } ? bodyToken : (string?)http.Request.Headers[ProtocolHeaders.JobToken] ?? http.Request.Query["token"];
        var job = string.IsNullOrEmpty(token)
            ? null
            : await services.Database.ReadAsync(session => session.Jobs.FindByToken(token), http.RequestAborted);
        if (job is null || job.Id != id)
        {
            throw ApiException.Forbidden();
        }

        Tell(http, job);
        return job;
    }

    /// <summary>As above, and the job runs (or is being cancelled).</summary>
    public static async Task<JobRow> AdmitRunningAsync(CoordinatorServices services, HttpContext http)
    {
        var job = await AdmitAsync(services, http, bodyToken: null);
        return CiStatus.IsExecuting(job.Status) ? job : throw NotRunning();
    }

    public static ApiException NotRunning() => ApiException.Forbidden("Job is not processing on runner");

    public static void Tell(HttpContext http, JobRow job) => http.Response.Headers[ProtocolHeaders.JobStatus] = job.Status;

    public static long IdOf(HttpContext http) =>
        long.TryParse((string?)http.Request.RouteValues["id"], out var id) ? id : throw ApiException.NotFound();
}
