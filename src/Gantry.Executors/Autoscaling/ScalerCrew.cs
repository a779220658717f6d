using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Autoscaling.Providers;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Autoscaling;

/// <summary>Carries out the steps of a book at its provider, in the background, and tells the book the end. Thread-safe.</summary>
internal sealed partial class ScalerCrew(ScalerBook book, IInstanceProvider provider, Func<ScalerSettings> settings, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();

    /// <summary>A listing must not overtake a newer one.</summary>
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _work = [];

    public IInstanceProvider Provider => provider;

    public InstanceDialer Dialer { get; } = new(provider, time, logger);

    /// <summary>Told after each change that a job may wait for.</summary>
    public Action Changed { get; init; } = () => { };

    /// <summary>What went wrong last, for jobs that wait in vain.</summary>
    public string LastProblem { get; private set; } = "";

    /// <summary>Looks at the provider, and asks the instances that take jobs whether they are well.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            var seen = await provider.UpdateAsync(cancellationToken);
            Begin(book.Observe(seen, time.GetUtcNow()));
        }
        catch (ProviderException e)
        {
            LastProblem = e.Message;
            Log.NotSeen(logger, settings().ShortToken, e.Message);
            return;
        }
        finally
        {
            _looking.Release();
        }

        foreach (var id in book.DueForBeat(settings().UpdateInterval, time.GetUtcNow()))
        {
            Track(BeatAsync(id));
        }
    }

    public void Begin(IEnumerable<ScalerStep> steps)
    {
        foreach (var step in steps)
        {
            Begin(step);
        }
    }

    public void Begin(ScalerStep? step)
    {
        switch (step)
        {
            case ScalerStep.Grow grow:
                Track(GrowAsync(grow.Count));
                break;
            case ScalerStep.Remove remove:
                Log.Removing(logger, remove.Id, remove.Reason);
                Track(RemoveAsync(remove.Id));
                break;
            case ScalerStep.Prepare prepare:
                Track(PrepareAsync(prepare.Id));
                break;
            default:
                break;
        }
    }

    /// <summary>Tries an instance before a job gets it.</summary>
    /// <exception cref="EnvironmentException">It does not answer.</exception>
    public async Task CheckAsync(string id, CancellationToken cancellationToken)
    {
        var route = await Dialer.FindAsync(id, settings().Connector, cancellationToken);
        await Dialer.RunAsync(route, "heartbeat", "exit 0", cancellationToken);
    }

    /// <summary>Removes every instance, and waits until they are gone.</summary>
    public async Task RemoveAllAsync(ScalerSettings settings, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= settings.ShutdownTries; attempt++)
        {
            // One that was asked for and has not come yet is removed when it comes.
            var ids = book.GiveUpAll(time.GetUtcNow());
            if (ids.Count == 0 && !book.IsExpecting)
            {
                return;
            }

            try
            {
                if (ids.Count > 0)
                {
                    await provider.DecreaseAsync(ids, cancellationToken);
                }
            }
            catch (ProviderException e)
            {
                Log.NotRemoved(logger, string.Join(", ", ids), e.Message);
            }

            await Task.Delay(attempt == 1 && provider.Traits.IsFixed ? TimeSpan.Zero : settings.ShutdownInterval, time, cancellationToken);
            try
            {
                book.Observe(await provider.UpdateAsync(cancellationToken), time.GetUtcNow());
            }
            catch (ProviderException e)
            {
                Log.NotSeen(logger, settings.ShortToken, e.Message);
            }
        }

        if (book.GiveUpAll(time.GetUtcNow()) is { Count: > 0 } left)
        {
            Log.Left(logger, left.Count, string.Join(", ", left));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Task[] work;
        lock (_gate)
        {
            work = [.. _work];
        }

        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await provider.DisposeAsync();
        _end.Dispose();
        _looking.Dispose();
    }

    private async Task GrowAsync(int count)
    {
        Log.Growing(logger, settings().ShortToken, count);
        var promised = 0;
        try
        {
            promised = Math.Clamp(await provider.IncreaseAsync(count, _end.Token), 0, count);
        }
        catch (ProviderException e)
        {
            LastProblem = e.Message;
            Log.NotGrown(logger, settings().ShortToken, count, e.Message);
        }

        book.Grown(count, promised, time.GetUtcNow());
        // What is there at once is seen at once.
        await LookAsync(_end.Token);
        Changed();
    }

    private async Task RemoveAsync(string id)
    {
        try
        {
            await provider.DecreaseAsync([id], _end.Token);
        }
        catch (ProviderException e)
        {
            Log.NotRemoved(logger, id, e.Message);
        }

        Changed();
    }

    private async Task PrepareAsync(string id)
    {
        var started = time.GetTimestamp();
        // What takes longer is of no use: no job waits longer.
        var limit = settings().AcquireTimeout;
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _end.Token);
        try
        {
            if (provider.Traits.IsFixed)
            {
                // Nobody else has looked whether it is there.
                await provider.HeartbeatAsync(id, either.Token);
            }

            if (settings().ReadyCommand is { Length: > 0 } command)
            {
                var route = await Dialer.FindAsync(id, settings().Connector, either.Token);
                await Dialer.RunAsync(route, "ready command", command, either.Token);
            }

            book.BecameReady(id, time.GetUtcNow());
            Log.Ready(logger, id, GoDuration.Format(time.GetElapsedTime(started)));
        }
        catch (Exception e) when (e is EnvironmentException or ProviderException || (e is OperationCanceledException && !_end.IsCancellationRequested))
        {
            LastProblem = e is OperationCanceledException ? $"{id} was not ready within {GoDuration.Format(limit)}" : e.Message;
            Begin(book.GiveUp(id, LastProblem, time.GetUtcNow()));
        }

        Changed();
    }

    private async Task BeatAsync(string id)
    {
        var answered = true;
        try
        {
            await provider.HeartbeatAsync(id, _end.Token);
        }
        catch (ProviderException e)
        {
            answered = false;
            LastProblem = e.Message;
            Log.Unwell(logger, id, e.Message);
        }

        var now = time.GetUtcNow();
        var step = book.Beat(id, answered, ScalerRules.At(settings(), provider.Traits.Size, provider.Traits.IsFixed, now), now);
        if (step is not null)
        {
            Begin(step);
            Changed();
        }
    }

    private void Track(Task work)
    {
        lock (_gate)
        {
            _work.RemoveWhere(done => done.IsCompleted);
            _work.Add(work);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Autoscaler of runner {Runner}: the instances cannot be looked at: {Why}")]
        public static partial void NotSeen(ILogger logger, string runner, string why);

        [LoggerMessage(LogLevel.Information, "Autoscaler of runner {Runner}: increasing instances by {Count}")]
        public static partial void Growing(ILogger logger, string runner, int count);

        [LoggerMessage(LogLevel.Error, "Autoscaler of runner {Runner}: increasing instances by {Count} failed: {Why}")]
        public static partial void NotGrown(ILogger logger, string runner, int count, string why);

        [LoggerMessage(LogLevel.Information, "Instance {Instance} is ready after {Duration}")]
        public static partial void Ready(ILogger logger, string instance, string duration);

        [LoggerMessage(LogLevel.Information, "Removing instance {Instance}: {Reason}")]
        public static partial void Removing(ILogger logger, string instance, string reason);

        [LoggerMessage(LogLevel.Error, "Removing instance {Instance} failed and is tried again: {Why}")]
        public static partial void NotRemoved(ILogger logger, string instance, string why);

        [LoggerMessage(LogLevel.Warning, "Instance {Instance} did not answer: {Why}")]
        public static partial void Unwell(ILogger logger, string instance, string why);

        [LoggerMessage(LogLevel.Error, "{Count} instances were not removed before the runner stopped: {Instances}")]
        public static partial void Left(ILogger logger, int count, string instances);
    }
}
