using Gantry.Engine;
using Gantry.Engine.Running;
using Gantry.Runner.Configuration;
using Gantry.Runner.Control;
using Gantry.Runner.Metrics;
using Gantry.Runner.Polling;
using Gantry.Runner.Registration;
using Gantry.Runner.Sessions;
using Gantry.Runner.Supervising;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Daemon;

/// <summary>
/// The <c>run</c> command: polls all entries, runs their jobs, follows the file, stops as it is told
/// (official-cli-config §3, §4).
/// <code>
/// ConfigWatch ─► snapshot ─► PollGeneration (loops) ─► ReceivedJob ─► JobSupervisor ─► JobRun
///                                  └────── Capacity: concurrent, limit, numbers ──────┘
/// </code>
/// One call of <see cref="RunAsync"/> per instance.
/// </summary>
public sealed partial class RunnerDaemon : IDisposable
{
    private readonly RunnerDaemonOptions _options;
    private readonly ILogger _logger;
    private readonly string _journals;
    private readonly Pace _pace;
    private readonly Capacity _capacity;
    private readonly JobServices _services;
    private readonly JobSupervisor _supervisor;
    private readonly ConfigWatch _watch;
    private readonly TokenRenewal _renewal;
    private readonly CancellationTokenSource _noMoreJobs = new();
    private readonly List<PollGeneration> _retired = [];
    private PollGeneration? _current;
    private Task _renewing = Task.CompletedTask;
    private readonly RunnerMetrics _metrics;
    private readonly DaemonView _view;
    private readonly IdleMemory _memory;
    private readonly MetricsListener _listener;
    private RunLimits? _limits;
    private SessionServer? _sessions;

    public RunnerDaemon(RunnerDaemonOptions options)
    {
        _options = options;
        _metrics = new RunnerMetrics(options.Context.Version, options.Time.GetUtcNow());
        options.Loggers.AddProvider(new LogCounter(_metrics.Errors));
        options.Clients.Meters = _metrics;
        options.Machines?.Meter = _metrics.Machines;
        _logger = options.Loggers.CreateLogger<RunnerDaemon>();
        _journals = Path.Combine(options.StateFolder, "jobs");
        _memory = new IdleMemory(options.Time, IdleMemory.ReleaseAll);
        _pace = new Pace(options.Time);
        _capacity = new Capacity(_pace.Wake);
        _services = new JobServices(options);
        var jobLogger = options.Loggers.CreateLogger<JobRun>();
        _supervisor = new JobSupervisor(
            _capacity,
            options.RunJob ?? ((assignment, lifetime, stopping) =>
                new JobRun(assignment with { Transfers = _services.Transfers }, lifetime, options.Time, jobLogger).RunAsync(stopping)),
            _journals, _services, _logger);
        _supervisor.Observer = Observe;
        _watch = new ConfigWatch(options.ConfigPath, options.Context, options.Alone?.Settings, _logger);
        _view = new DaemonView(options, _watch, _capacity, _supervisor);
        _listener = new MetricsListener(
            (address, token) => MetricsServer.StartAsync(address, _metrics, _view.Metrics, options.Time, token), options.ListenAddress, _logger);
        _renewal = new TokenRenewal(options.Clients, options.Time, _logger);
    }

    /// <summary>Where metrics are served, with the port that was bound; null while they are not.</summary>
    internal string? MetricsUrl => _listener.Url;

    /// <summary>Runs until it is told to stop; returns when all jobs ended.</summary>
    /// <param name="signals">What the outside says.</param>
    /// <param name="cancellationToken">Ends everything at once, reports included.</param>
    /// <exception cref="ConfigurationException">The file cannot be used at start.</exception>
    /// <exception cref="RunnerCommandException">The shutdown took too long, or a second signal came.</exception>
    public async Task RunAsync(DaemonSignals signals, CancellationToken cancellationToken)
    {
        using var fields = LogFields.With(_logger, ("builds", 0), ("max_builds", 0));
        Log.Starting(_logger, _options.ConfigPath);
        var settings = _watch.Start();
        if (settings.Concurrent < 1)
        {
            throw new RunnerCommandException("Concurrent is less than 1 - no jobs will be processed. Set concurrent to 1 or more.");
        }

        using var place = StatePlace.Take(_options);
        await using var listener = _listener;
        await listener.StartAsync(settings.ListenAddress, cancellationToken);
        await using var control = place is null ? null : ControlServer.Start(ControlSocket.In(_options.StateFolder), new DaemonControl(_view, signals).AnswerAsync, _logger);
        _limits = _options.Alone is { } single ? new RunLimits(single, _options.Time, signals.StopGracefully, _logger) : null;
        await using var sessions = await SessionServer.StartAsync(settings.SessionServer, _options.Time, _logger, cancellationToken);
        _sessions = sessions;
        var left = JobJournal.Folders(_journals);
        var recovery = Task.CompletedTask;
        try
        {
            Adopt(settings);
            recovery = Task.WhenAll(
                new JournalRecovery(_options.Clients, _supervisor.Start, _options.Time, _logger).RunAsync(left, _current!, _noMoreJobs.Token),
                LeftoverSweep.RunAsync(_current!, JournalRecovery.JobsOf(left, _current!), _logger, _noMoreJobs.Token));
            _view.State = ProcessState.Running;
            Log.Initializing(_logger);
            _options.Events.Ready();
            var stop = await FollowAsync(signals, cancellationToken);
            _options.Events.Stopping();
            await StopAsync(stop, signals, cancellationToken);
        }
        finally
        {
            await _noMoreJobs.CancelAsync();
            _supervisor.Abandon();
            await recovery;
        }
    }

    public void Dispose()
    {
        _current?.Dispose();
        _retired.ForEach(old => old.Dispose());
        _supervisor.Dispose();
        _services.Dispose();
        _noMoreJobs.Dispose();
    }

    /// <summary>From the start to the first request to stop: reloads, token renewals.</summary>
    private async Task<DaemonSignal> FollowAsync(DaemonSignals signals, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ConfigWatch.Interval, _options.Time);
        var tick = timer.WaitForNextTickAsync(cancellationToken).AsTask();
        var signal = signals.Reader.ReadAsync(cancellationToken).AsTask();
        while (true)
        {
            await Task.WhenAny(tick, signal);
            if (signal.IsCompleted)
            {
                var next = await signal;
                if (next is DaemonSignal.Stop or DaemonSignal.StopGracefully)
                {
                    return next;
                }

                await ObeyAsync(next, cancellationToken);
                signal = signals.Reader.ReadAsync(cancellationToken).AsTask();
            }

            if (tick.IsCompleted)
            {
                await tick;
                await ReloadAsync(force: false, cancellationToken);
                Renew();
                Forget();
                _limits?.Check();
                _memory.Check();
                tick = timer.WaitForNextTickAsync(cancellationToken).AsTask();
            }
        }
    }

    private async Task ObeyAsync(DaemonSignal signal, CancellationToken cancellationToken)
    {
        switch (signal)
        {
            case DaemonSignal.Drain when !_view.Draining:
                _view.Draining = true;
                _current!.Halt();
                Log.Draining(_logger);
                break;
            case DaemonSignal.Undrain when _view.Draining:
                _view.Draining = false;
                Log.Undrained(_logger);
                Adopt(_current!.Settings);
                break;
            case DaemonSignal.Reload:
                _options.Events.Reloading();
                await ReloadAsync(force: true, cancellationToken);
                _options.Events.Ready();
                break;
            default:
                break;
        }
    }

    private void Observe(RunningJob job, JobVerdict? verdict)
    {
        _metrics.Observe(job, verdict, _options.Time.GetElapsedTime(job.Started));
        if (verdict is null)
        {
            _view.CountReceived();
            _limits?.Received();
            _memory.Received();
            return;
        }

        _limits?.Ended();
        _memory.Ended();
        _options.Spans?.Add(job, verdict);
        if (verdict is JobVerdict.Failed)
        {
            _view.CountFailed();
        }
    }

    private async Task ReloadAsync(bool force, CancellationToken cancellationToken)
    {
        if (_watch.Check(force) is { } settings)
        {
            Adopt(settings);
            await _listener.ChangeAsync(settings.ListenAddress, cancellationToken);
        }
    }

    // Beside the loop: a server that is slow to answer must not keep the daemon from its signals.
    private void Renew()
    {
        if (_renewing.IsCompleted)
        {
            _renewing = _renewal.CheckAsync(_current!.Settings, _noMoreJobs.Token);
        }
    }

    private void Adopt(RunnerDaemonSettings settings)
    {
        _options.Loaded(settings);
        var next = new PollGeneration(
            settings,
            new PollSources
            {
                Executors = _options.Executors,
                Clients = _options.Clients,
                Capacity = _capacity,
                Pace = _pace,
                Time = _options.Time,
                Received = job => _supervisor.Start(_current!.AsConfigured(job)),
                Meter = _metrics.Count,
                Session = () => _sessions?.Invite(),
            },
            _logger);
        if (_current is { } old)
        {
            old.Retire();
            _retired.Add(old);
        }

        (_current, _view.Generation) = (next, next);
        _capacity.Concurrent = settings.Concurrent;
        if (!_view.Draining)
        {
            next.Start(_noMoreJobs.Token);
        }
    }

    /// <summary>Generations whose last request has ended.</summary>
    private void Forget()
    {
        foreach (var old in _retired.Where(g => g.DrainAsync().IsCompleted).ToArray())
        {
            _retired.Remove(old);
            old.Dispose();
        }
    }

    private async Task StopAsync(DaemonSignal stop, DaemonSignals signals, CancellationToken cancellationToken)
    {
        _view.State = stop is DaemonSignal.Stop ? ProcessState.ForcefulShutdown : ProcessState.GracefulShutdown;
        await _noMoreJobs.CancelAsync();
        await Task.WhenAll([_current!.DrainAsync(), .. _retired.Select(g => g.DrainAsync())]);
        var drained = _supervisor.DrainAsync(cancellationToken);
        while (stop is not DaemonSignal.Stop)
        {
            Log.Graceful(_logger);
            var signal = NextAsync(signals, cancellationToken);
            if (await Task.WhenAny(drained, signal) == drained)
            {
                await drained;
                await FinishAsync(signals, cancellationToken);
                return;
            }

            stop = await signal;
        }

        await StopForcefullyAsync(((DaemonSignal.Stop)stop).Name, drained, signals, cancellationToken);
        await FinishAsync(signals, cancellationToken);
    }

    private async Task StopForcefullyAsync(string signal, Task drained, DaemonSignals signals, CancellationToken cancellationToken)
    {
        _view.State = ProcessState.ForcefulShutdown;
        Log.Forceful(_logger);
        _supervisor.Interrupt(signal);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = Task.Delay(_current!.Settings.ShutdownTimeout, _options.Time, late.Token);
        var second = NextAsync(signals, late.Token);
        var first = await Task.WhenAny(drained, timeout, second);
        if (first == second && !drained.IsCompleted)
        {
            var name = await second is DaemonSignal.Stop again ? again.Name : "quit";
            await late.CancelAsync();
            throw new RunnerCommandException($"Service run failed: forced exit with stop signal: {name}");
        }

        await late.CancelAsync();
        if (first == timeout && !drained.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new RunnerCommandException("Service run failed: shutdown timed out");
        }

        await drained;
    }

    private async Task FinishAsync(DaemonSignals signals, CancellationToken cancellationToken)
    {
        Log.WorkersStopped(_logger);
        if (_options.Machines is { } machines)
        {
            using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var end = Task.WhenAll(
                machines.ShutDownAsync(_current!.Settings.MachineDrain, _current.Settings.ShutdownTimeout, cut.Token),
                _options.Fleet?.ShutDownAsync(_current.Settings.ShutdownTimeout, cut.Token) ?? Task.CompletedTask);
            await Task.WhenAny(end, NextAsync(signals, cut.Token));
            await cut.CancelAsync();
            await end;
            Log.ProvidersShutDown(_logger);
        }

        Log.CanExit(_logger);
    }

    /// <summary>The next request to stop; nothing else matters any more.</summary>
    private static async Task<DaemonSignal> NextAsync(DaemonSignals signals, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await signals.Reader.ReadAsync(cancellationToken) is var signal and (DaemonSignal.Stop or DaemonSignal.StopGracefully))
            {
                return signal;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Starting multi-runner from {path}...")]
        public static partial void Starting(ILogger logger, string path);

        [LoggerMessage(LogLevel.Information, "Initializing executor providers")]
        public static partial void Initializing(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Draining: no more jobs are asked for until undrain")]
        public static partial void Draining(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Undrained: jobs are asked for again")]
        public static partial void Undrained(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Starting graceful shutdown, waiting for builds to finish")]
        public static partial void Graceful(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Starting forceful shutdown")]
        public static partial void Forceful(ILogger logger);

        [LoggerMessage(LogLevel.Information, "All workers stopped.")]
        public static partial void WorkersStopped(ILogger logger);

        [LoggerMessage(LogLevel.Information, "All executor providers shut down.")]
        public static partial void ProvidersShutDown(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Can exit now!")]
        public static partial void CanExit(ILogger logger);
    }
}
