using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Autoscaling.Providers;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Autoscaling;

/// <summary>
/// The instances of one runner entry: looks at the provider at its times, carries out what the book says, and gives jobs their places.
/// Begins with the first call and ends when it is disposed. Thread-safe.
/// </summary>
internal sealed partial class Scaler : IAsyncDisposable
{
    /// <summary>For the provider to start.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    /// <summary>Before the next try after it did not.</summary>
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(30);

    /// <summary>Idle times and the like end without anybody saying so.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(10);

    /// <summary>An entry that asked for nothing for so long is not in the file any more, or asks for no jobs: nothing is kept idle for it.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    /// <summary>After a start that failed nothing makes the next one come sooner.</summary>
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly Func<ScalerSettings, CancellationToken, Task<IInstanceProvider>> _open;
    private readonly ScalerMemory _memory;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pace _pace;
    private readonly Pace _freed;
    private readonly Lazy<Task> _loop;
    private volatile ScalerSettings _settings;
    private volatile ScalerCrew? _crew;
    private DateTimeOffset _looked = DateTimeOffset.MinValue;
    private volatile string _problem = "";
    private long _asked;
    private int _disposed;

    /// <param name="settings">Of the entry; later ones come with <see cref="Adopt"/>.</param>
    /// <param name="open">Starts the provider.</param>
    /// <param name="memory">What earlier processes wrote down.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For the operator.</param>
    public Scaler(
        ScalerSettings settings, Func<ScalerSettings, CancellationToken, Task<IInstanceProvider>> open, ScalerMemory memory, TimeProvider time, ILogger logger)
    {
        (_settings, _open, _memory, _time, _logger) = (settings, open, memory, time, logger);
        (_pace, _freed) = (new Pace(time), new Pace(time));
        Book = new ScalerBook(memory.Read(), settings.State.KeepsOccupied);
        _loop = new Lazy<Task>(RunAsync);
    }

    public ScalerBook Book { get; }

    public ScalerSettings Settings => _settings;

    public ScalerCounts Counts => Book.Counts(Rules());

    /// <summary>From now on these settings count; the provider stays as it was started.</summary>
    public void Adopt(ScalerSettings settings)
    {
        if (!ReferenceEquals(_settings, settings))
        {
            _settings = settings;
            _pace.Wake();
        }
    }

    /// <summary>Makes what is to be idle.</summary>
    public void Tend()
    {
        Interlocked.Exchange(ref _asked, _time.GetUtcNow().UtcTicks);
        _ = _loop.Value;
    }

    public async Task<ScalerReservation?> ReserveAsync(CancellationToken cancellationToken)
    {
        Tend();
        await _tried.Task.WaitAsync(cancellationToken);
        if (_crew is null || !Book.Reserve(Rules(), _time.GetUtcNow()))
        {
            return null;
        }

        _pace.Wake();
        return new ScalerReservation(Book, _pace.Wake);
    }

    /// <summary>Waits for a place.</summary>
    /// <exception cref="EnvironmentException">There is none in time, or the instance has no way in.</exception>
    public async Task<InstanceLease> AcquireAsync(ScalerReservation? reservation, CancellationToken cancellationToken)
    {
        if (reservation?.Take() != true)
        {
            Book.Wait(isReserved: false);
        }

        Tend();
        _pace.Wake();
        var slot = await WaitAsync(cancellationToken);
        _memory.Write(Book);
        try
        {
            var route = await ScalerDesk.GuardAsync(slot, token => RouteAsync(slot.Instance, token), cancellationToken);
            return new InstanceLease(slot, route, isDoubted => Release(slot, isDoubted));
        }
        catch (Exception e)
        {
            Release(slot, isDoubted: e is EnvironmentException);
            throw;
        }
    }

    /// <summary>The way to an instance that an earlier process's job was on; null: the provider is not there, or does not know it.</summary>
    public async Task<InstanceRoute?> FindAsync(string id, CancellationToken cancellationToken)
    {
        Tend();
        await _tried.Task.WaitAsync(cancellationToken);
        try
        {
            return _crew is { } crew ? await crew.Dialer.FindAsync(id, _settings.Connector, cancellationToken) : null;
        }
        catch (EnvironmentException)
        {
            return null;
        }
    }

    public Task<Ssh.SshConnection> DialAsync(InstanceRoute route, CancellationToken cancellationToken) => _crew!.Dialer.OpenAsync(route, cancellationToken);

    /// <summary>The end of the process: instances go when that is wanted, and the provider ends.</summary>
    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        if (_crew is { } crew && _settings.DeletesOnShutdown)
        {
            await crew.RemoveAllAsync(_settings, cancellationToken);
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await StopAsync();
        if (_crew is { } crew)
        {
            await crew.DisposeAsync();
        }

        _end.Dispose();
    }

    private async Task StopAsync()
    {
        await _end.CancelAsync();
        if (_loop.IsValueCreated)
        {
            await _loop.Value;
        }

        _memory.Write(Book);
    }

    private async Task<InstanceRoute> RouteAsync(string id, CancellationToken cancellationToken)
    {
        var crew = _crew!;
        if (_settings.ChecksBeforeJobs)
        {
            await crew.CheckAsync(id, cancellationToken);
        }

        return await crew.Dialer.FindAsync(id, _settings.Connector, cancellationToken);
    }

    private ScalerRules Rules()
    {
        var now = _time.GetUtcNow();
        var traits = _crew?.Provider.Traits;
        var rules = ScalerRules.At(_settings, traits?.Size ?? 0, traits?.IsFixed ?? false, now);
        return now.UtcTicks - Interlocked.Read(ref _asked) <= Forgotten.Ticks ? rules : rules with { Policy = rules.Policy with { IdleCount = 0, ScaleFactor = 0 } };
    }

    private async Task<InstanceSlot> WaitAsync(CancellationToken cancellationToken)
    {
        var limit = _settings.AcquireTimeout;
        using var late = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var got = false;
        try
        {
            while (true)
            {
                var freed = _freed.Next();
                if (Book.Acquire(Rules()) is { } slot)
                {
                    got = true;
                    return slot;
                }

                await freed.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            var why = _crew?.LastProblem is { Length: > 0 } problem ? $" ({problem})" : _problem.Length > 0 ? $" ({_problem})" : "";
            throw EnvironmentException.Broken($"unable to acquire instance within the configured timeout of {GoDuration.Format(limit)}{why}", e);
        }
        finally
        {
            if (!got)
            {
                Book.Leave();
            }
        }
    }

    private void Release(InstanceSlot slot, bool isDoubted)
    {
        Book.Release(slot, isDoubted, Rules(), _time.GetUtcNow());
        _freed.Wake();
        _pace.Wake();
        _memory.Write(Book);
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                var change = _pace.Next();
                var pause = _crew is null ? await StartAsync() : await TurnAsync(_crew);
                await _pace.WaitAsync(pause.Length, pause.Wakes ? change : Never, _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        finally
        {
            _tried.TrySetResult();
        }
    }

    private async Task<(TimeSpan Length, bool Wakes)> StartAsync()
    {
        using var late = new CancellationTokenSource(StartLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _end.Token);
        try
        {
            var provider = await _open(_settings, either.Token);
            _crew = new ScalerCrew(Book, provider, () => _settings, _time, _logger) { Changed = () => { _freed.Wake(); _pace.Wake(); } };
            Log.Started(_logger, _settings.ShortToken, provider.Traits.Id);
            await TurnAsync(_crew);
            return (TimeSpan.FromMilliseconds(1), true);
        }
        catch (Exception e) when (e is ProviderException || (e is OperationCanceledException && !_end.IsCancellationRequested))
        {
            _problem = e is ProviderException ? e.Message : $"the plugin {_settings.Plugin} did not start within {GoDuration.Format(StartLimit)}";
            Log.NotStarted(_logger, _settings.ShortToken, _problem);
            return (StartPause, false);
        }
        finally
        {
            _tried.TrySetResult();
        }
    }

    private async Task<(TimeSpan Length, bool Wakes)> TurnAsync(ScalerCrew crew)
    {
        var interval = Book.IsExpecting ? _settings.ExpectingInterval : _settings.UpdateInterval;
        var now = _time.GetUtcNow();
        if (now - _looked >= interval)
        {
            _looked = now;
            await crew.LookAsync(_end.Token);
            _freed.Wake();
        }

        crew.Begin(Book.Turn(Rules(), _time.GetUtcNow()));
        _memory.Write(Book);
        interval = Book.IsExpecting ? _settings.ExpectingInterval : _settings.UpdateInterval;
        var left = _looked + interval - _time.GetUtcNow();
        return (left <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : left < LongestTurn ? left : LongestTurn, true);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Autoscaler of runner {Runner}: provider {Provider} started")]
        public static partial void Started(ILogger logger, string runner, string provider);

        [LoggerMessage(LogLevel.Error, "Autoscaler of runner {Runner}: initializing taskscaler: {Why}")]
        public static partial void NotStarted(ILogger logger, string runner, string why);
    }
}
