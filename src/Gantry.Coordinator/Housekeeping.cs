using System.Data.Common;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Microsoft.Extensions.Logging;

namespace Gantry.Coordinator;

/// <summary>
/// What happens by the clock (ci-yaml §19.7): delayed jobs whose time has come, jobs that no runner accepted, jobs whose runner
/// fell silent or that run too long, artifacts past their time, doors to jobs that are over, pipeline schedules. One loop; each look is a few indexed queries.
/// </summary>
internal sealed partial class Housekeeping(CoordinatorServices services, ILogger<Housekeeping> log) : IAsyncDisposable
{
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromDays(30);
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Between two looks.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    public void Start() => _loop = LoopAsync(_stop.Token);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    /// <summary>One look, now. For tests as well.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var now = services.Clock.GetUtcNow();
        var due = await services.Database.ReadAsync(session => Overdue.Find(session, now), cancellation);
        foreach (var (jobId, verdict) in due)
        {
            var ended = await services.Database.WriteAsync(session => Judge(session, jobId, verdict), cancellation);
            if (ended is { } job && CiStatus.IsComplete(job.Status))
            {
                Log.Ended(log, job.Id, job.FailureReason ?? job.Status);
                await services.Traces.CompleteAsync(job.Id, cancellation);
            }
        }

        await DropExpiredAsync(now, cancellation);
        await DropUnusedCachesAsync(now, cancellation);
        if (await services.Database.ReadAsync(session => session.Terminals.AnyEnded(), cancellation))
        {
            await services.Database.WriteAsync(session => session.Terminals.DeleteEnded(), cancellation);
        }

        await services.Schedules.RunDueAsync(cancellation);
    }

    private JobRow? Judge(StoreSession session, long jobId, OverdueVerdict verdict)
    {
        // Looked at again inside the write: its runner may have spoken in between.
        if (session.Jobs.Find(jobId) is not { } job || Overdue.Of(job, services.Clock.GetUtcNow()) != verdict)
        {
            return null;
        }

        switch (verdict)
        {
            case OverdueVerdict.Start:
                return services.Lifecycle.Elapse(session, job);
            case OverdueVerdict.Release:
                services.Lifecycle.Release(session, jobId);
                return null;
            case OverdueVerdict.Drop drop:
                return services.Lifecycle.Drop(session, job, drop.Reason, null);
            default:
                return null;
        }
    }

    private async Task DropExpiredAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var expired = await services.Database.ReadAsync(session => session.Artifacts.Expired(now), cancellation);
        foreach (var artifact in expired)
        {
            await services.Database.WriteAsync(session => session.Artifacts.Delete(artifact.Id), cancellation);
            services.Artifacts.Delete(artifact);
        }
    }

    private async Task DropUnusedCachesAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var cache in await services.Database.ReadAsync(session => session.Caches.UnusedSince(now - CacheLifetime), cancellation))
        {
            await services.Database.WriteAsync(session => session.Caches.Delete(cache.Id), cancellation);
            services.Caches.Delete(cache);
        }
    }

    private async Task LoopAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, services.Clock, cancellation);
                await LookSafelyAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task LookSafelyAsync(CancellationToken cancellation)
    {
        try
        {
            await LookAsync(cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DbException)
        {
            // A full disk, most likely: the next look finds the same jobs again.
            Log.Failed(log, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "looking after jobs failed")]
        public static partial void Failed(ILogger logger, Exception error);

        [LoggerMessage(Level = LogLevel.Warning, Message = "job {Job} ended by the server: {Reason}")]
        public static partial void Ended(ILogger logger, long job, string reason);
    }
}
