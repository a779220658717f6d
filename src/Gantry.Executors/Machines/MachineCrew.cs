using Gantry.Engine;
using Gantry.Engine.Plans;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Machines;

/// <summary>
/// Carries out the steps of the book in the background: makes machines and removes them, as often as it takes. Ends what is under way
/// when it is disposed; the tool's folder keeps it for the next process.
/// </summary>
internal sealed partial class MachineCrew(MachineBook book, MachineTool tool, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan RemovalPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _end = new();
    private readonly Pace _freed = new(time);
    private readonly SemaphoreSlim _stuck = new(1, 1);
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _work = [];
    private int _disposed;

    public IMachineMeter Meter { get; set; } = new NoMachineMeter();

    /// <summary>What to await when a machine that comes free after this call must not be missed.</summary>
    public Task Change => _freed.Next();

    /// <summary>Ends when nothing is being made or removed any more.</summary>
    public async Task IdleAsync(CancellationToken cancellationToken)
    {
        while (Work() is { Length: > 0 } work)
        {
            await Task.WhenAll(work).WaitAsync(cancellationToken);
        }
    }

    public void Begin(IEnumerable<MachineStep> steps, MachineSettings settings)
    {
        foreach (var step in steps)
        {
            Begin(step, settings);
        }
    }

    public void Begin(MachineStep? step, MachineSettings settings)
    {
        switch (step)
        {
            case MachineStep.Create create:
                _ = CreateAsync(create, settings);
                break;
            case MachineStep.Remove remove:
                Track(RemoveAsync(remove, settings));
                break;
            default:
                break;
        }
    }

    /// <returns>Null: it is made. Else why not.</returns>
    public Task<string?> CreateAsync(MachineStep.Create step, MachineSettings settings)
    {
        var making = MakeAsync(step.Name, settings);
        Track(making);
        return making;
    }

    /// <summary>A machine may have come free: those who wait look again.</summary>
    public void Wake() => _freed.Wake();

    /// <summary>Removes machines at the end of the process.</summary>
    public Task DrainAsync(IReadOnlyList<string> names, MachineDrain drain, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        names, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, drain.Concurrency), CancellationToken = cancellationToken },
        async (name, token) => await DrainAsync(name, drain, token));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _end.CancelAsync();
        await Task.WhenAll(Work()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        _stuck.Dispose();
    }

    private async Task<string?> MakeAsync(string name, MachineSettings settings)
    {
        var started = time.GetTimestamp();
        Log.Creating(logger, name, settings.Driver);
        string? problem = null;
        try
        {
            await tool.CreateAsync(name, settings, _end.Token);
        }
        catch (MachineToolException e)
        {
            problem = e.Message;
        }
        catch (OperationCanceledException)
        {
            return "the runner stops";
        }

        var took = time.GetElapsedTime(started);
        var labels = tool.LabelsOf(name);
        Meter.Took(problem is null ? MachineCall.Creation : MachineCall.FailedCreation, took);
        Meter.Happened(problem is null ? MachineAction.Created : MachineAction.CreationFailed, labels);
        if (problem is null)
        {
            Log.Created(logger, name, GoDuration.Format(took));
            book.Created(name, labels, time.GetUtcNow());
            Wake();
        }
        else
        {
            Log.NotCreated(logger, name, GoDuration.Format(took), problem);
            Begin(book.CreationFailed(name, time.GetUtcNow()), settings);
        }

        return problem;
    }

    private async Task RemoveAsync(MachineStep.Remove step, MachineSettings settings)
    {
        var name = step.Name;
        var (_, age, labels) = book.Describe(name, time.GetUtcNow());
        Log.Requested(logger, name, step.Reason, GoDuration.Format(age));
        try
        {
            var next = RemovalNext.Again;
            while (await TryRemoveAsync(name, next == RemovalNext.AgainAlone) is { } problem)
            {
                next = book.RemovalFailed(name, settings.MaxRemovalAttempts);
                if (next == RemovalNext.GiveUp)
                {
                    Log.GaveUp(logger, name, settings.MaxRemovalAttempts, problem);
                    await ForceAsync(name);
                    break;
                }

                Log.NotRemoved(logger, name, problem);
                await Task.Delay(RemovalPause, time, _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends; the next one finds the machine in the tool's folder.
            return;
        }

        book.Removed(name);
        Meter.Happened(MachineAction.Removed, labels);
        Log.Removed(logger, name, step.Reason);
        Wake();
    }

    /// <returns>Null: it is gone. Else why not.</returns>
    private async Task<string?> TryRemoveAsync(string name, bool alone)
    {
        if (alone)
        {
            await _stuck.WaitAsync(_end.Token);
        }

        try
        {
            if (!await tool.ExistsAsync(name, _end.Token))
            {
                Log.Skipped(logger, name);
                return null;
            }

            await TimedAsync(MachineCall.Stopping, () => StopAsync(name));
            await TimedAsync(MachineCall.Removal, () => tool.RemoveAsync(name, force: false, _end.Token));
            return null;
        }
        catch (MachineToolException e)
        {
            return e.Message;
        }
        finally
        {
            if (alone)
            {
                _stuck.Release();
            }
        }
    }

    // A machine that cannot be stopped can be removed all the same.
    private async Task StopAsync(string name)
    {
        try
        {
            Log.Stopping(logger, name);
            await tool.StopAsync(name, _end.Token);
        }
        catch (MachineToolException e)
        {
            Log.NotStopped(logger, name, e.Message);
        }
    }

    private async Task ForceAsync(string name)
    {
        try
        {
            await tool.RemoveAsync(name, force: true, _end.Token);
        }
        catch (MachineToolException e)
        {
            Log.NotRemoved(logger, name, e.Message);
        }
    }

    private async Task DrainAsync(string name, MachineDrain drain, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TimedAsync(MachineCall.Removal, () => tool.RemoveAsync(name, force: true, cancellationToken));
                break;
            }
            catch (MachineToolException e) when (attempt >= drain.Tries)
            {
                Log.NotDrained(logger, name, attempt, e.Message);
                return;
            }
            catch (MachineToolException e)
            {
                Log.NotRemoved(logger, name, e.Message);
                await Task.Delay(drain.Backoff * attempt, time, cancellationToken);
            }
        }

        var (reason, _, labels) = book.Describe(name, time.GetUtcNow());
        book.Removed(name);
        Meter.Happened(MachineAction.Removed, labels);
        Log.Removed(logger, name, reason);
    }

    private async Task TimedAsync(MachineCall call, Func<Task> work)
    {
        var started = time.GetTimestamp();
        await work();
        Meter.Took(call, time.GetElapsedTime(started));
    }

    private Task[] Work()
    {
        lock (_gate)
        {
            return [.. _work.Where(work => !work.IsCompleted)];
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
        [LoggerMessage(LogLevel.Information, "Creating machine {Name} with driver {Driver}")]
        public static partial void Creating(ILogger logger, string name, string driver);

        [LoggerMessage(LogLevel.Information, "Machine created: {Name} in {Duration}")]
        public static partial void Created(ILogger logger, string name, string duration);

        [LoggerMessage(LogLevel.Error, "Machine creation failed: {Name} after {Duration}: {Why}")]
        public static partial void NotCreated(ILogger logger, string name, string duration, string why);

        [LoggerMessage(LogLevel.Warning, "Requesting machine removal: {Name} ({Reason}), {Age} old")]
        public static partial void Requested(ILogger logger, string name, string reason, string age);

        [LoggerMessage(LogLevel.Warning, "Skipping machine removal, because it doesn't exist: {Name}")]
        public static partial void Skipped(ILogger logger, string name);

        [LoggerMessage(LogLevel.Information, "Stopping machine {Name}")]
        public static partial void Stopping(ILogger logger, string name);

        [LoggerMessage(LogLevel.Warning, "Machine {Name} was not stopped before its removal: {Why}")]
        public static partial void NotStopped(ILogger logger, string name, string why);

        [LoggerMessage(LogLevel.Warning, "Machine {Name} was not removed and is tried again: {Why}")]
        public static partial void NotRemoved(ILogger logger, string name, string why);

        [LoggerMessage(LogLevel.Error, "Giving up on machine removal. The remote VM may be orphaned. Machine {Name}, {Tries} tries, the last one: {Why}")]
        public static partial void GaveUp(ILogger logger, string name, int tries, string why);

        [LoggerMessage(LogLevel.Error, "Machine {Name} was not removed before the runner stopped, after {Tries} tries: {Why}")]
        public static partial void NotDrained(ILogger logger, string name, int tries, string why);

        [LoggerMessage(LogLevel.Information, "Machine removed: {Name} ({Reason})")]
        public static partial void Removed(ILogger logger, string name, string reason);
    }
}
