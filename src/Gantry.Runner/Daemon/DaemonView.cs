using Gantry.Runner.Control;
using Gantry.Runner.Metrics;
using Gantry.Runner.Polling;
using Gantry.Runner.Supervising;

namespace Gantry.Runner.Daemon;

/// <summary>What a running daemon shows of itself. Thread-safe: reads what others keep.</summary>
internal sealed class DaemonView(RunnerDaemonOptions options, ConfigWatch watch, Capacity capacity, JobSupervisor supervisor)
{
    private readonly DateTimeOffset _started = options.Time.GetUtcNow();
    private long _received;
    private long _failed;

    public ProcessState State { get; set; } = ProcessState.Starting;

    public bool Draining { get; set; }

    public PollGeneration? Generation { get; set; }

    public void CountReceived() => Interlocked.Increment(ref _received);

    public void CountFailed() => Interlocked.Increment(ref _failed);

    public MetricsSnapshot Metrics() => new()
    {
        State = State,
        SystemId = Generation?.Settings.SystemId ?? "",
        Concurrent = capacity.Concurrent,
        Loads = watch.Loads,
        LoadFailures = watch.Failures,
        Jobs = supervisor.Jobs,
        Machines = options.Machines?.Groups(),
        Gates = Generation?.Gates ?? new Dictionary<Configuration.RunnerEntry, RequestGate>(),
    };

    public async Task<DaemonStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var jobs = supervisor.Jobs;
        var shown = new List<JobStatus>(jobs.Count);
        foreach (var job in jobs.OrderBy(job => job.Started))
        {
            shown.Add(await StatusAsync(job, cancellationToken));
        }

        return new DaemonStatus
        {
            ProcessId = Environment.ProcessId,
            Version = options.Context.Version.Version,
            State = State.Text(),
            Draining = Draining,
            ConfigPath = options.ConfigPath,
            ConfigBroken = watch.IsBroken,
            Started = _started,
            Concurrent = capacity.Concurrent,
            JobsReceived = Interlocked.Read(ref _received),
            JobsFailed = Interlocked.Read(ref _failed),
            MemoryBytes = Environment.WorkingSet,
            Runners = [.. (Generation?.Settings.Runners ?? []).Select(entry => StatusOf(entry, jobs))],
            Jobs = shown,
        };
    }

    private RunnerStatus StatusOf(Configuration.RunnerEntry entry, IReadOnlyCollection<RunningJob> jobs)
    {
        var gate = Generation?.Gates.GetValueOrDefault(entry);
        var state = !entry.HasToken ? "no token"
            : gate is null ? "no such executor"
            : Generation?.IsHealthy(entry) == false ? "unhealthy"
            : "polling";
        return new RunnerStatus
        {
            Name = entry.Settings.Name,
            Executor = entry.Settings.Executor,
            Url = entry.Settings.Url,
            ShortToken = entry.Settings.ShortToken,
            Limit = entry.Limit,
            Jobs = jobs.Count(job => job.Job.Runner.Settings.Token == entry.Settings.Token),
            Requests = gate?.InFlight ?? 0,
            State = state,
        };
    }

    private async Task<JobStatus> StatusAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var (payload, entry) = (job.Job.Payload, job.Job.Runner.Settings);
        var stages = job.Progress.Stages;
        var usage = await job.Progress.MeasureAsync(cancellationToken);
        return new JobStatus
        {
            Id = payload.Id,
            Name = payload.JobInfo.Name,
            Project = payload.JobInfo.ProjectFullPath,
            Runner = entry.Name,
            Url = JobAddress.Of(job),
            Stage = job.Progress.Stage,
            Seconds = options.Time.GetElapsedTime(job.Started).TotalSeconds,
            StageSeconds = stages is [.., { Ended: null } last] ? (options.Time.GetUtcNow() - last.Began).TotalSeconds : 0,
            CpuSeconds = usage?.CpuTime.TotalSeconds,
            MemoryBytes = usage?.MemoryBytes,
        };
    }
}
