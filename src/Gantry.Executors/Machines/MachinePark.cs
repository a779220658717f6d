using System.Security.Cryptography;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Machines;

/// <summary>
/// The machines of the process, shared by all its docker+machine entries and their snapshots. Costs nothing until one of them asks.
/// No call of the tool is waited for under a lock. Thread-safe.
/// </summary>
public sealed partial class MachinePark : IAsyncDisposable
{
    private const int Tries = 3;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WiseBudget = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MachineTool _tool;
    private readonly MachineBook _book;
    private readonly MachineCrew _crew;

    public MachinePark(MachineSurroundings surroundings, TimeProvider time, ILogger logger)
    {
        (_time, _logger) = (time, logger);
        _tool = new MachineTool(surroundings, time, logger);
        _book = new MachineBook(() => BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)));
        _crew = new MachineCrew(_book, _tool, time, logger);
    }

    /// <summary>Set once, before the first machine.</summary>
    public IMachineMeter Meter
    {
        get => _crew.Meter;
        set => _crew.Meter = value;
    }

    /// <summary>How many machines do what.</summary>
    public IReadOnlyList<MachineGroup> Groups() => _book.Groups(_time.GetUtcNow());

    /// <summary>The end of the process, after the last job: idle machines are removed when that is wanted.</summary>
    /// <param name="drain">The file's.</param>
    /// <param name="budget">How long it may take.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public async Task ShutDownAsync(MachineDrain drain, TimeSpan budget, CancellationToken cancellationToken)
    {
        if (drain.IsEnabled)
        {
            if (budget < WiseBudget)
            {
                Log.ShortBudget(_logger, GoDuration.Format(budget));
            }

            using var late = new CancellationTokenSource(budget, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            try
            {
                await _crew.IdleAsync(either.Token);
                await _crew.DrainAsync(_book.GiveUpIdle(_time.GetUtcNow()), drain, either.Token);
            }
            catch (OperationCanceledException)
            {
                Log.DrainCut(_logger, Groups().Sum(group => group.Count));
            }
        }

        await DisposeAsync();
    }

    public ValueTask DisposeAsync() => _crew.DisposeAsync();

    /// <summary>Machines that are too many go, missing ones are begun.</summary>
    /// <returns>Whether a job that finds no machine may have one made.</returns>
    internal bool Tend(MachineSettings settings)
    {
        if (_tool.List() is not { } listing)
        {
            return false;
        }

        var now = _time.GetUtcNow();
        var (steps, mayCreate) = _book.Look(MachineNames.Of(settings), listing, IdleRules.At(settings, now), now);
        _crew.Begin(steps, settings);
        return mayCreate;
    }

    /// <summary>Keeps a machine for a job that may come; null: there is none, and none may be made for it.</summary>
    internal async Task<MachineReservation?> ReserveAsync(MachineSettings settings, CancellationToken cancellationToken)
    {
        var mayCreate = Tend(settings);
        var name = await ChooseAsync(settings, cancellationToken);
        return name is not null || mayCreate ? new MachineReservation(name, Return) : null;
    }

    /// <summary>Takes the machine that was kept, or another one, or makes one.</summary>
    /// <param name="settings">Of the entry.</param>
    /// <param name="reservation">Null, or empty: nothing was kept.</param>
    /// <param name="log">Of the job.</param>
    /// <param name="cancellationToken">The job waits no longer; a machine that is being made for it is finished for others.</param>
    /// <exception cref="EnvironmentException">There is none to be had.</exception>
    internal async Task<MachineLease> UseAsync(
        MachineSettings settings, MachineReservation? reservation, IJobLog log, CancellationToken cancellationToken)
    {
        if (reservation?.Take() is { } kept && await IsThereAsync(kept, settings, cancellationToken))
        {
            return await LeaseAsync(kept, settings, cancellationToken);
        }

        for (var attempt = 1; ; attempt++)
        {
            var (name, problem) = await FindOrMakeAsync(settings, log, cancellationToken);
            if (name is not null)
            {
                return await LeaseAsync(name, settings, cancellationToken);
            }

            if (attempt == Tries)
            {
                throw EnvironmentException.Broken($"no machine for the job: {problem}");
            }

            log.Warning($"{problem}; trying again");
            await Task.Delay(BetweenTries, _time, cancellationToken);
        }
    }

    private async Task<(string? Name, string Problem)> FindOrMakeAsync(MachineSettings settings, IJobLog log, CancellationToken cancellationToken)
    {
        if (await ChooseAsync(settings, cancellationToken) is { } free)
        {
            return (free, "");
        }

        var order = _book.Order(MachineNames.Of(settings), _time.GetUtcNow());
        var making = _crew.CreateAsync(order, settings);
        log.Line($"Creating machine {order.Name} ...");
        var kept = false;
        try
        {
            while (!making.IsCompleted)
            {
                var change = _crew.Change;
                await Task.WhenAny(making, change, Task.Delay(BetweenTries, _time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                if (!making.IsCompleted && await ChooseAsync(settings, cancellationToken) is { } other)
                {
                    return (other, "");
                }
            }

            var problem = await making;
            kept = problem is null;
            return (kept ? order.Name : null, problem ?? "");
        }
        finally
        {
            if (!kept)
            {
                _book.Abandoned(order.Name, _time.GetUtcNow());
                _crew.Wake();
            }
        }
    }

    /// <summary>An idle machine that can be connected to. Those that cannot are given up.</summary>
    private async Task<string?> ChooseAsync(MachineSettings settings, CancellationToken cancellationToken)
    {
        while (_book.Choose(MachineNames.Of(settings), _time.GetUtcNow()) is { } choice)
        {
            if (choice.IsReached || await IsThereAsync(choice.Name, settings, cancellationToken))
            {
                return choice.Name;
            }
        }

        return null;
    }

    /// <summary>An acquired machine that is not there is given up, and it comes free when the token fires.</summary>
    private async Task<bool> IsThereAsync(string name, MachineSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            if (_book.IsReached(name, _time.GetUtcNow()))
            {
                return true;
            }

            var obstacle = await _tool.ObstacleAsync(name, cancellationToken);
            if (obstacle is not null)
            {
                Log.NotThere(_logger, name, obstacle);
            }

            _crew.Begin(_book.Answered(name, obstacle is null, _time.GetUtcNow()), settings);
            return obstacle is null;
        }
        catch (OperationCanceledException)
        {
            Return(name);
            throw;
        }
    }

    private async Task<MachineLease> LeaseAsync(string name, MachineSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            var access = await _tool.AccessAsync(name, cancellationToken);
            var isFound = _book.UseBegan(name, _time.GetUtcNow());
            Meter.Happened(MachineAction.Used, _book.Describe(name, _time.GetUtcNow()).Labels);
            return new MachineLease(access, isFound, isDoubted => Release(name, settings, isDoubted));
        }
        catch (MachineToolException e)
        {
            Release(name, settings, isDoubted: true);
            throw EnvironmentException.Broken(e.Message, e);
        }
        catch (OperationCanceledException)
        {
            Return(name);
            throw;
        }
    }

    private void Release(string name, MachineSettings settings, bool isDoubted)
    {
        _crew.Begin(_book.Released(name, settings.MaxBuilds, isDoubted, _time.GetUtcNow()), settings);
        _crew.Wake();
    }

    private void Return(string name)
    {
        _book.Returned(name, _time.GetUtcNow());
        _crew.Wake();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Machine {Name} is unavailable: {Why}")]
        public static partial void NotThere(ILogger logger, string name, string why);

        [LoggerMessage(LogLevel.Warning, "[machine.shutdown_drain] is on, but shutdown_timeout is {Budget}: removing machines takes minutes; set it to 300 or more")]
        public static partial void ShortBudget(ILogger logger, string budget);

        [LoggerMessage(LogLevel.Warning, "The time for removing machines is over: {Count} stay, and the next start finds them")]
        public static partial void DrainCut(ILogger logger, int count);
    }
}
