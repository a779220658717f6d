using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Engine.Stages;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Runners;
using Gantry.Runner.Configuration;
using Gantry.Runner.Daemon;
using Gantry.Runner.Links;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Supervising;

/// <summary>
/// Runs jobs that are handed over inside this process, with the supervisor and the engine of the daemon: no polling, no
/// configuration file, no server. Thread-safe.
/// </summary>
public sealed class LocalRunner : IDisposable
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMilliseconds(100);

    private readonly LocalRunnerOptions _options;
    private readonly Capacity _capacity;
    private readonly JobServices _services;
    private readonly JobSupervisor _supervisor;

    public LocalRunner(LocalRunnerOptions options)
    {
        _options = options;
        _capacity = new Capacity(options.Changed) { Concurrent = options.Concurrent };
        _services = new JobServices(options.Time, options.Context, options.Transfers);
        var jobs = options.Loggers.CreateLogger<JobRun>();
        _supervisor = new JobSupervisor(
            _capacity,
            (assignment, lifetime, stopping) =>
                new JobRun(assignment with { Transfers = _services.Transfers, LogInterval = LogInterval }, lifetime, options.Time, jobs).RunAsync(stopping),
            Path.Combine(options.StateFolder, "jobs"), _services, options.Loggers.CreateLogger<LocalRunner>());
    }

    /// <summary>Jobs that could begin at once.</summary>
    public int Free => _capacity.Free;

    /// <summary>Jobs that have not ended.</summary>
    public int Running => _capacity.Taken;

    /// <summary>What the runner says about itself.</summary>
    public RunnerIdentity Identity =>
        RunnerIdentities.For(_options.Entry.Settings.Version, _options.Entry.Settings, _options.Executor.Traits, _options.Entry.Facts);

    /// <summary>Takes the job over. Returns at once.</summary>
    /// <param name="payload">The job.</param>
    /// <param name="link">Its line to the coordinator.</param>
    /// <param name="session">Who may let people into its place, and keep it; null for nobody.</param>
    public void Start(JobPayload payload, IJobLink link, IJobSession? session) => _supervisor.Start(new ReceivedJob
    {
        Session = session,
        Payload = payload,
        Runner = _options.Entry,
        Executor = _options.Executor,
        Link = link,
        CorrelationId = payload.Id.ToString(CultureInfo.InvariantCulture),
    });

    /// <summary>The job is being cancelled: its script ends, its after_script still runs. Nothing when it does not run.</summary>
    public void Cancel(long jobId) => Find(jobId)?.Lifetime.Cancel();

    /// <summary>The job was taken away: everything of it ends.</summary>
    public void Abort(long jobId) => Find(jobId)?.Lifetime.Abort();

    /// <summary>Every job ends at once; what they made is still removed.</summary>
    public void AbortAll()
    {
        foreach (var job in _supervisor.Jobs)
        {
            job.Lifetime.Abort();
        }
    }

    /// <summary>Ends when no job runs any more.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) => _supervisor.DrainAsync(cancellationToken);

    public void Dispose()
    {
        _supervisor.Dispose();
        _services.Dispose();
    }

    private RunningJob? Find(long jobId) => _supervisor.Jobs.FirstOrDefault(job => job.Job.Payload.Id == jobId);
}

/// <summary>What a <see cref="LocalRunner"/> works with.</summary>
public sealed record LocalRunnerOptions
{
    public required RunnerEntry Entry { get; init; }
    public required IExecutor Executor { get; init; }

    /// <summary>A folder of our own for journals and logs under way.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Jobs at once.</summary>
    public required int Concurrent { get; init; }

    /// <summary>Called when a job has left its place: another one could begin.</summary>
    public required Action Changed { get; init; }

    /// <summary>How files go in and out of places that the runner can reach into.</summary>
    public required Func<ServiceHttp, IFileTransfers> Transfers { get; init; }

    /// <summary>What settings need besides the entry.</summary>
    public required SettingsContext Context { get; init; }

    public required TimeProvider Time { get; init; }
    public required ILoggerFactory Loggers { get; init; }
}
