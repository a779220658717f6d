using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Protocol.Runners;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.Runner.Sessions;
using Gantry.Runner.Supervising;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Polling;

/// <summary>
/// Asks one server for jobs of one entry until the entry is replaced or the process stops. A long poll keeps no place of
/// a job. While fewer places are free than entries ask, requests go without <c>last_update</c>: the server then answers at
/// once instead of holding them, so that no entry waits behind another's long poll.
/// </summary>
internal sealed partial class PollLoop(RunnerEntry entry, PollContext context, ILogger logger)
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly TimeProvider _time = context.Time;
    private readonly string _name = $"{entry.Settings.Url}{entry.Settings.ShortToken}";
    private readonly IReservingExecutor? _places = context.Executor as IReservingExecutor;
    private bool _waitsForRoom;

    /// <param name="delay">Before the first request, so that entries do not ask all at the same moment.</param>
    /// <param name="generation">Fires when the configuration was replaced: a request on its way is still finished.</param>
    /// <param name="cancellationToken">No more jobs are wanted: ends also the request on its way.</param>
    public async Task RunAsync(TimeSpan delay, CancellationToken generation, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(generation, cancellationToken);
        try
        {
            await Task.Delay(delay, _time, either.Token);
            while (!either.IsCancellationRequested)
            {
                var change = context.Pace.Next();
                var started = _time.GetTimestamp();
                var again = await StepAsync(cancellationToken);
                if (!again)
                {
                    // Only an entry that waits for a place has a reason to ask before its time.
                    var left = context.CheckInterval - _time.GetElapsedTime(started);
                    await context.Pace.WaitAsync(left, _waitsForRoom ? change : Never, either.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Replaced or stopped; nothing is left to do.
        }
    }

    /// <returns>True: ask again at once.</returns>
    private async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        _waitsForRoom = false;
        if (IsDisabled())
        {
            return false;
        }

        if (!context.Capacity.HasRoom(entry.Settings.Token, entry.Limit, context.Gate.InFlight))
        {
            _places?.Tend();
            _waitsForRoom = true;
            return false;
        }

        if (!context.Gate.TryEnter())
        {
            context.Meter(PollEvent.Exceeded);
            Log.TooManyRequests(logger, context.Gate.UsedLimit);
            return false;
        }

        var (gotJob, retried) = (false, false);
        var offer = new JobOffer();
        try
        {
            if (!await offer.OpenAsync(_places, cancellationToken))
            {
                Log.NoPlace(logger, _name);
                return false;
            }

            offer.Session = context.Executor.Traits.Features.Session ? context.Session() : null;
            context.Meter(PollEvent.Asked);
            var answer = await RequestAsync(offer.Session?.Offer, cancellationToken);
            (gotJob, retried) = (answer is JobRequestAnswer.Received, answer.Retried);
            return Take(answer, offer) && !entry.StrictCheckInterval;
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            // The loop must outlive whatever one request does to it.
            context.Meter(PollEvent.Broke);
            Log.Broke(logger, broken);
            return false;
        }
        finally
        {
            if (!gotJob)
            {
                offer.Dispose();
            }

            context.Gate.Leave(gotJob, retried);
        }
    }

    private bool IsDisabled()
    {
        switch (context.Health.Check())
        {
            case HealthState.Disabled:
                context.Meter(PollEvent.Skipped);
                return true;
            case HealthState.CheckedAgain:
                Log.CheckedAgain(logger, _name);
                return false;
            default:
                return false;
        }
    }

    private async Task<JobRequestAnswer> RequestAsync(SessionOffer? session, CancellationToken cancellationToken)
    {
        var contended = context.Capacity.Free < context.Entries;
        if (!contended)
        {
            return await context.Client.RequestJobAsync(
                context.Identity, context.SystemId, new JobRequestOptions { Session = session }, cancellationToken);
        }

        await context.Turn.WaitAsync(cancellationToken);
        try
        {
            return context.Capacity.HasRoom(entry.Settings.Token, entry.Limit, context.Gate.InFlight - 1)
                ? await context.Client.RequestJobAsync(
                    context.Identity, context.SystemId, new JobRequestOptions { Session = session, Holds = false }, cancellationToken)
                : new JobRequestAnswer.None(Retried: false);
        }
        finally
        {
            context.Turn.Release();
        }
    }

    private bool Take(JobRequestAnswer answer, JobOffer offer)
    {
        var refused = answer is JobRequestAnswer.Refused;
        if (refused)
        {
            context.Meter(PollEvent.Refused);
        }

        if (context.Health.Mark(!refused))
        {
            Log.Unhealthy(logger, _name, Engine.Plans.GoDuration.Format(entry.UnhealthyInterval));
        }

        if (answer is not JobRequestAnswer.Received received)
        {
            return false;
        }

        context.Received(new ReceivedJob
        {
            Payload = received.Job,
            Runner = entry,
            Executor = context.Executor,
            Link = new GitLabJobLink(context.Client, received.Job.Id, new Engine.Secret(received.Job.Token), context.Identity, logger),
            CorrelationId = received.CorrelationId,
            Session = offer.Session,
            Reservation = offer.Reservation,
        });
        return true;
    }

    /// <summary>What is held for the job that a request may bring.</summary>
    private sealed class JobOffer : IDisposable
    {
        public JobSession? Session { get; set; }

        public IPlaceReservation? Reservation { get; private set; }

        /// <returns>False: no place is free, so no job may be asked for.</returns>
        public async Task<bool> OpenAsync(IReservingExecutor? places, CancellationToken cancellationToken)
        {
            Reservation = places is null ? null : await places.ReserveAsync(cancellationToken);
            return places is null || Reservation is not null;
        }

        public void Dispose()
        {
            Session?.Dispose();
            Reservation?.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Runner \"{runner}\" is not healthy, but will be checked!")]
        public static partial void CheckedAgain(ILogger logger, string runner);

        [LoggerMessage(LogLevel.Error, "Runner \"{runner}\" is unhealthy and will be disabled for {interval} seconds!")]
        public static partial void Unhealthy(ILogger logger, string runner, string interval);

        [LoggerMessage(LogLevel.Debug, "Runner \"{runner}\": no place is free that could run a job")]
        public static partial void NoPlace(ILogger logger, string runner);

        [LoggerMessage(LogLevel.Debug, "Failed to request job, runner requestConcurrency meet: {limit}")]
        public static partial void TooManyRequests(ILogger logger, int limit);

        [LoggerMessage(LogLevel.Warning, "Failed to process runner")]
        public static partial void Broke(ILogger logger, Exception broken);
    }
}

/// <summary>What a loop shares: with the other loops of its entry, and with those of all entries.</summary>
internal sealed record PollContext
{
    public required GitLabClient Client { get; init; }
    public required IExecutor Executor { get; init; }
    public required RunnerIdentity Identity { get; init; }
    public required string SystemId { get; init; }

    /// <summary>Of the entry.</summary>
    public required Health Health { get; init; }

    /// <summary>Of the entry's token.</summary>
    public required RequestGate Gate { get; init; }

    /// <summary>Of the process.</summary>
    public required Capacity Capacity { get; init; }

    /// <summary>Wakes loops that wait for a place.</summary>
    public required Pace Pace { get; init; }

    /// <summary>Of the server: while places are scarce, requests go one after the other.</summary>
    public required SemaphoreSlim Turn { get; init; }

    /// <summary>Entries that are polled.</summary>
    public required int Entries { get; init; }

    public required TimeSpan CheckInterval { get; init; }
    public required TimeProvider Time { get; init; }
    public required Action<ReceivedJob> Received { get; init; }

    /// <summary>Counts what happens.</summary>
    public required Action<PollEvent> Meter { get; init; }

    /// <summary>The door of the next job's terminal; null: there is none.</summary>
    public Func<JobSession?> Session { get; init; } = () => null;
}
