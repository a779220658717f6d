using System.Globalization;
using System.Text;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Executors.Machines;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.Runner.Polling;
using Gantry.Runner.Supervising;

namespace Gantry.Runner.Metrics;

/// <summary>
/// The official metrics (official-cli-config §5.2) as far as this runner has what they measure. Thread-safe.
/// </summary>
internal sealed class RunnerMetrics : IApiMeterSource
{
    private const string Prefix = "gitlab_runner_";
    private static readonly string[] Runner = ["runner", "runner_name", "system_id"];
    private static readonly double[] StageBuckets = [1, 3, 10, 30, 60, 120, 300, 900, 1800, 3600];

    private readonly MetricFamily _jobs = new(Prefix + "jobs", "gauge", "The current number of running builds", [.. Runner, "state", "stage", "executor_stage"]);
    private readonly MetricFamily _jobsTotal = new(Prefix + "jobs_total", "counter", "Total number of handled jobs", Runner);
    private readonly MetricFamily _failed = new(
        Prefix + "failed_jobs_total", "counter", "Total number of failed jobs", "runner", "runner_name", "failure_reason", "mode");

    private readonly MetricFamily _mode = new(Prefix + "job_execution_mode_total", "counter", "Jobs by the way they are run", "mode", "executor");
    private readonly HistogramFamily _duration = new(
        Prefix + "job_duration_seconds", "Histogram of job durations", [30, 60, 300, 600, 1800, 3600, 7200, 10800, 18000, 36000], [.. Runner, "mode"]);

    private readonly HistogramFamily _queueDuration = new(
        Prefix + "job_queue_duration_seconds", "Time a job waited for a runner", [1, 3, 10, 30, 60, 120, 300, 900, 1800, 3600],
        [.. Runner, "project_jobs_running"]);

    private readonly MetricFamily _queueSize = new(Prefix + "job_queue_size", "gauge", "Queue size as of the last received job", Runner);
    private readonly MetricFamily _queueDepth = new(Prefix + "job_queue_depth", "gauge", "Queue depth as of the last received job", Runner);
    private readonly MetricFamily _concurrent = new(Prefix + "concurrent", "gauge", "The current value of concurrent setting");
    private readonly MetricFamily _limit = new(Prefix + "limit", "gauge", "The current value of limit setting", Runner);
    private readonly MetricFamily _requests = new(Prefix + "request_concurrency", "gauge", "Requests for a new job on their way", "runner", "system_id");
    private readonly MetricFamily _hardLimit = new(
        Prefix + "request_concurrency_hard_limit", "gauge", "Configured request concurrency", "runner", "system_id");

    private readonly MetricFamily _adaptiveLimit = new(
        Prefix + "request_concurrency_adaptive_limit", "gauge", "Adapted request concurrency", "runner", "system_id");

    private readonly MetricFamily _usedLimit = new(
        Prefix + "request_concurrency_used_limit", "gauge", "Request concurrency in effect", "runner", "system_id");

    private readonly MetricFamily _loaded = new(Prefix + "configuration_loaded_total", "counter", "Times the configuration was loaded");
    private readonly MetricFamily _loadErrors = new(Prefix + "configuration_loading_error_total", "counter", "Times it could not be loaded");
    private readonly MetricFamily _state = new(Prefix + "process_state_info", "gauge", "What the process is doing", "state");
    private readonly MetricFamily _version = new(
        Prefix + "version_info", "gauge", "A metric with a constant '1' value labeled by build details", "name", "version", "revision", "os", "architecture");

    private readonly MetricFamily _calls = new(
        Prefix + "api_request_statuses_total", "counter", "Requests to the server by endpoint and status", "runner", "system_id", "endpoint", "status", "method");

    private readonly HistogramFamily _callDuration = new(
        Prefix + "api_request_duration_seconds", "Latency of requests to the server", [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
        "runner", "system_id", "endpoint", "status_class", "method");

    private readonly MetricFamily _retries = new(Prefix + "api_request_retries_total", "counter", "Repeated requests", "path", "method");
    private readonly MetricFamily _feeds = new(Prefix + "worker_feeds_total", "counter", "Times a runner was asked for", Runner);
    private readonly MetricFamily _feedFailures = new(Prefix + "worker_feed_failures_total", "counter", "Times a runner was left out", Runner);
    private readonly MetricFamily _healthFailures = new(
        Prefix + "worker_health_check_failures_total", "counter", "Times the server refused a runner", Runner);

    private readonly MetricFamily _processingFailures = new(
        Prefix + "worker_processing_failures_total", "counter", "Jobs and requests that failed", ["failure_type", .. Runner]);

    private readonly MetricFamily _exceeded = new(
        Prefix + "request_concurrency_exceeded_total", "counter", "Requests held back because enough were on their way", "runner", "system_id");

    private readonly MetricFamily _slots = new(Prefix + "worker_slots_number", "gauge", "Jobs that may run at once");
    private readonly MetricFamily _slotOperations = new(Prefix + "worker_slot_operations_total", "counter", "Slots that came and went", "operation");
    private readonly HistogramFamily _stageDuration = new(
        Prefix + "job_stage_duration_seconds", "Time jobs spent in their stages", StageBuckets, [.. Runner, "stage"]);

    private readonly HistogramFamily _phases = new("gantry_job_phase_seconds", "Time jobs spent in their stages, over all runners", StageBuckets, "executor", "stage");
    private readonly ProcessMetrics _process = new();
    private volatile string _systemId = "";
    private int _slotsBefore;

    public RunnerMetrics(ProductVersion version, DateTimeOffset started)
    {
        _version.Set(1, version.Name, version.Version, version.Revision, version.Platform, version.Architecture);
        _process.Started(started);
        foreach (var level in (string[])["panic", "fatal", "error", "warning"])
        {
            Errors.Add(0, level);
        }
    }

    public MetricFamily Errors { get; } = new(Prefix + "errors_total", "counter", "The number of caught errors", "level");

    public AutoscalingMetrics Machines { get; } = new();

    public IApiMeter For(string shortToken) => new Meter(this, shortToken);

    /// <summary>A job came (no verdict) or ended.</summary>
    public void Observe(RunningJob job, JobVerdict? verdict, TimeSpan duration)
    {
        var entry = job.Job.Runner.Settings;
        string[] runner = [entry.ShortToken, entry.Name, entry.SystemId];
        if (verdict is null)
        {
            var info = job.Job.Payload.JobInfo;
            _jobsTotal.Add(1, runner);
            _mode.Add(1, "traditional", entry.Executor);
            _queueDuration.Observe(info.TimeInQueueSeconds, [.. runner, info.ProjectJobsRunningOnInstanceRunnersCount]);
            _queueSize.Set(info.QueueSize, runner);
            _queueDepth.Set(info.QueueDepth, runner);
            return;
        }

        _duration.Observe(duration.TotalSeconds, [.. runner, "traditional"]);
        foreach (var stage in job.Progress.Stages)
        {
            ObserveStage(entry, runner, stage);
        }

        if (verdict is JobVerdict.Failed failed)
        {
            _failed.Add(1, entry.ShortToken, entry.Name, failed.Reason.Wire, "traditional");
            _processingFailures.Add(1, ["job_failure", .. runner]);
        }
    }

    /// <summary>What polling did.</summary>
    public void Count(RunnerEntry runner, PollEvent happened)
    {
        var entry = runner.Settings;
        string[] labels = [entry.ShortToken, entry.Name, entry.SystemId];
        switch (happened)
        {
            case PollEvent.Asked:
                _feeds.Add(1, labels);
                break;
            case PollEvent.Skipped:
                _feedFailures.Add(1, labels);
                break;
            case PollEvent.Refused:
                _healthFailures.Add(1, labels);
                break;
            case PollEvent.Exceeded:
                _exceeded.Add(1, entry.ShortToken, entry.SystemId);
                break;
            default:
                _processingFailures.Add(1, ["other", .. labels]);
                break;
        }
    }

    /// <summary>Everything that is, and everything that was counted.</summary>
    public string Render(MetricsSnapshot now)
    {
        TakeIn(now);
        var text = new StringBuilder();
        foreach (var family in (MetricFamily[])
            [
                _jobs, _jobsTotal, _failed, _mode, _queueSize, _queueDepth, _concurrent, _limit, _requests, _hardLimit, _adaptiveLimit, _usedLimit,
                _loaded, _loadErrors, _state, Errors, _version, _calls, _retries, _feeds, _feedFailures, _healthFailures, _processingFailures,
                _exceeded, _slots, _slotOperations, .. _process.Families,
            ])
        {
            family.Render(text);
        }

        _duration.Render(text);
        _queueDuration.Render(text);
        _callDuration.Render(text);
        _stageDuration.Render(text);
        _phases.Render(text);
        Machines.Render(text, now.Machines);
        return text.ToString();
    }

    private void TakeIn(MetricsSnapshot now)
    {
        _systemId = now.SystemId;
        _jobs.Clear();
        foreach (var job in now.Jobs)
        {
            var entry = job.Job.Runner.Settings;
            var stage = job.Progress.Stage;
            _jobs.Add(1, entry.ShortToken, entry.Name, entry.SystemId, "running", stage, ExecutorStage.Of(stage));
        }

        foreach (var gauge in (MetricFamily[])[_limit, _requests, _hardLimit, _adaptiveLimit, _usedLimit, _state])
        {
            gauge.Clear();
        }

        foreach (var (entry, gate) in now.Gates)
        {
            var (runner, system) = (entry.Settings.ShortToken, entry.Settings.SystemId);
            _limit.Set(entry.Limit, runner, entry.Settings.Name, system);
            _requests.Set(gate.InFlight, runner, system);
            _hardLimit.Set(gate.HardLimit, runner, system);
            _adaptiveLimit.Set(gate.AdaptiveLimit, runner, system);
            _usedLimit.Set(gate.UsedLimit, runner, system);
        }

        _concurrent.Set(now.Concurrent);
        _loaded.Set(now.Loads);
        _loadErrors.Set(now.LoadFailures);
        _state.Set(1, now.State.Text());
        TakeInSlots(now.Concurrent);
        _process.TakeIn();
    }

    private void TakeInSlots(int concurrent)
    {
        _slots.Set(concurrent);
        var before = Interlocked.Exchange(ref _slotsBefore, concurrent);
        _slotOperations.Add(Math.Max(0, concurrent - before), "started");
        _slotOperations.Add(Math.Max(0, before - concurrent), "stopped");
    }

    private void ObserveStage(RunnerSettings entry, string[] runner, StagePeriod stage)
    {
        if (stage.Ended is not { } ended)
        {
            return;
        }

        var seconds = (ended - stage.Began).TotalSeconds;
        // Names of user steps are endless; together they are the script.
        _phases.Observe(seconds, entry.Executor, stage.Name.StartsWith("step_", StringComparison.Ordinal) ? "step_script" : stage.Name);
        if (entry.FeatureFlags.GetValueOrDefault("FF_EXPORT_HIGH_CARDINALITY_METRICS"))
        {
            _stageDuration.Observe(seconds, [.. runner, stage.Name]);
        }
    }

    private sealed class Meter(RunnerMetrics owner, string runner) : IApiMeter
    {
        public void Called(string endpoint, string method, int status, TimeSpan duration)
        {
            var verb = method.ToLowerInvariant();
            owner._calls.Add(1, runner, owner._systemId, endpoint, status.ToString(CultureInfo.InvariantCulture), verb);
            owner._callDuration.Observe(duration.TotalSeconds, runner, owner._systemId, endpoint, ApiLabels.StatusClass(status), verb);
        }

        public void Retried(string path, string method) => owner._retries.Add(1, ApiLabels.Path(path), method.ToLowerInvariant());
    }
}

/// <summary>What the daemon is at the moment of a scrape.</summary>
internal sealed record MetricsSnapshot
{
    public required ProcessState State { get; init; }
    public required string SystemId { get; init; }
    public required int Concurrent { get; init; }
    public required int Loads { get; init; }
    public required int LoadFailures { get; init; }
    public required IReadOnlyCollection<RunningJob> Jobs { get; init; }

    /// <summary>Null: this process has no executor with machines.</summary>
    public required IReadOnlyList<MachineGroup>? Machines { get; init; }

    public required IReadOnlyDictionary<RunnerEntry, RequestGate> Gates { get; init; }
}
