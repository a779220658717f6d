using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Protocol;
using Gantry.Protocol.Json;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>
/// <c>POST jobs/request</c> (official-job-protocol §1.7). A runner that has seen the newest state of the queue is kept waiting
/// until something becomes ready, and then gets it in the same answer.
/// </summary>
internal sealed class JobRequestEndpoint(CoordinatorServices services)
{
    public void Map(ApiRoutes routes) => routes.MapRaw("POST", "jobs/request", RequestAsync);

    private async Task RequestAsync(HttpContext http)
    {
        var cancellation = http.RequestAborted;
        var request = await JsonBody.ReadAsync(http.Request, ProtocolJson.Default.JobRequest, cancellation);
        var contact = new RunnerContact(request.SystemId ?? "", request.Info, Answers.AddressOf(http));
        var runner = await services.Heartbeats.MeetAsync(request.Token, contact, cancellation) ?? throw ApiException.Forbidden();

        var terminal = TerminalOffer.Read(request.Session);
        var end = services.Clock.GetUtcNow() + services.Settings.LongPoll;
        var seen = request.LastUpdate;
        while (true)
        {
            var version = services.Signal.Version;
            if (version != seen)
            {
                if (await services.Queue.TakeAsync(runner with { Terminal = terminal }, cancellation) is { } assigned)
                {
                    await HandOverAsync(http, assigned);
                    return;
                }

                if (string.IsNullOrEmpty(request.LastUpdate))
                {
                    // The first call of a runner is answered at once, so that it learns the version.
                    NoContent(http, version);
                    return;
                }

                seen = version;
            }

            var left = end - services.Clock.GetUtcNow();
            if (left <= TimeSpan.Zero || !await services.Signal.WaitAsync(version, left, services.Clock, cancellation))
            {
                NoContent(http, version);
                return;
            }

            // Paused, re-tagged or removed while it waited.
            runner = await services.Heartbeats.MeetAsync(request.Token, contact, cancellation) ?? throw ApiException.Forbidden();
        }
    }

    private async Task HandOverAsync(HttpContext http, AssignedJob assigned)
    {
        var delivered = false;
        try
        {
            // No X-GitLab-Last-Update here: other jobs may have become ready with the same version, and a runner that had
            // seen it would be kept waiting beside a full queue.
            await Answers.WriteAsync(http, StatusCodes.Status201Created, assigned.Payload, ProtocolJson.Default.JobPayload);
            delivered = !http.RequestAborted.IsCancellationRequested;
        }
        finally
        {
            if (!delivered)
            {
                // The runner hung up between its question and our answer: the next one gets the job, without waiting.
                await services.Database.WriteAsync(session => services.Lifecycle.Release(session, assigned.Job.Id), CancellationToken.None);
            }
        }
    }

    private static void NoContent(HttpContext http, string version)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers[ProtocolHeaders.LastUpdate] = version;
    }
}
