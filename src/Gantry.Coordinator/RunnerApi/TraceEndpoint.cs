using System.Buffers;
using System.Globalization;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Protocol;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RunnerApi;

/// <summary><c>PATCH jobs/:id/trace</c> (official-job-protocol §1.14).</summary>
internal sealed class TraceEndpoint(CoordinatorServices services)
{
    // Runners send at most 1 MiB at once; this leaves room for other settings.
    private const int LargestPatch = 8 * 1024 * 1024;

    // Lost runners are noticed after an hour: a write per patch would be for nothing.
    private static readonly TimeSpan SignOfLifePrecision = TimeSpan.FromSeconds(30);

    public void Map(ApiRoutes routes) => routes.MapRaw("PATCH", "jobs/{id}/trace", AppendAsync);

    private async Task AppendAsync(HttpContext http)
    {
        var job = await JobGate.AdmitRunningAsync(services, http);
        var range = ContentRange.Parse(http.Request.Headers.ContentRange)
            ?? throw new ApiException(StatusCodes.Status400BadRequest, "400 Bad request - Missing header Content-Range");
        if (http.Request.ContentLength is not { } length)
        {
            throw new ApiException(StatusCodes.Status411LengthRequired, "411 Length Required");
        }

        if (length > LargestPatch || !range.Fits(length))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "400 Bad request - Content-Range does not match the body");
        }

        if (range.First + length > services.Settings.TraceLimit)
        {
            await DropAsync(job);
            throw ApiException.Forbidden("Job's log exceeds the limit");
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            await http.Request.Body.ReadExactlyAsync(buffer.AsMemory(0, (int)length), http.RequestAborted);
            var appended = await services.Traces.AppendAsync(job.Id, range.First, buffer.AsMemory(0, (int)length), http.RequestAborted);
            await TouchAsync(job, http.RequestAborted);
            http.Response.Headers.Range = $"0-{appended.Size.ToString(CultureInfo.InvariantCulture)}";
            http.Response.Headers[ProtocolHeaders.TraceUpdateInterval] = TraceInterval.Of(services.Traces, job.Id).ToString(CultureInfo.InvariantCulture);
            http.Response.StatusCode = appended.Taken ? StatusCodes.Status202Accepted : StatusCodes.Status416RangeNotSatisfiable;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task TouchAsync(JobRow job, CancellationToken cancellation)
    {
        var now = services.Clock.GetUtcNow();
        if (now - job.UpdatedAt > SignOfLifePrecision)
        {
            await services.Database.WriteAsync(session => session.Jobs.Touch(job.Id, now), cancellation);
        }
    }

    private async Task DropAsync(JobRow job)
    {
        await services.Database.WriteAsync(
            session => session.Jobs.Find(job.Id) is { } current ? services.Lifecycle.Drop(session, current, "trace_size_exceeded", null) : null,
            CancellationToken.None);
        await services.Traces.CompleteAsync(job.Id, CancellationToken.None);
    }
}
