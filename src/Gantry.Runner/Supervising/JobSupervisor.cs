using System.Collections.Concurrent;
using System.Globalization;
using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Protocol;
using Gantry.Runner.Daemon;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Supervising;

/// <summary>Runs one job to its verdict. The product's is <see cref="JobRun"/>.</summary>
/// <param name="assignment">The job.</param>
/// <param name="lifetime">Its clocks; the caller disposes it.</param>
/// <param name="stopping">The process ends now: an unfinished report is left to the journal.</param>
public delegate Task<JobVerdict> RunJob(JobAssignment assignment, JobLifetime lifetime, CancellationToken stopping);

/// <summary>
/// The jobs of the process: one task each, numbered, logged, ended on a forceful stop. A job that breaks takes nothing
/// else with it. Thread-safe.
/// </summary>
internal sealed partial class JobSupervisor(Capacity capacity, RunJob runJob, string journalRoot, JobServices services, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<RunningJob, Task> _jobs = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time = services.Time;
    private volatile string? _interruptedBy;

    /// <summary>What runs now.</summary>
    public IReadOnlyCollection<RunningJob> Jobs => [.. _jobs.Keys];

    /// <summary>Called after a job came, and after it ended.</summary>
    public Action<RunningJob, JobVerdict?> Observer { get; set; } = (_, _) => { };

    /// <summary>Takes the job over. Returns at once.</summary>
    public void Start(ReceivedJob job)
    {
        var slot = capacity.Take(job.Runner.Settings.Token, job.Payload.JobInfo.ProjectId, job.Recovered?.Numbers);
        var running = new RunningJob(job, new JobLifetime(_time), new JobProgress(_time), _time.GetTimestamp());
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _jobs[running] = RunAsync(running, slot, begun.Task);
        if (_interruptedBy is { } signal)
        {
            running.Lifetime.Interrupt(signal);
        }

        begun.SetResult();
    }

    /// <summary>Ends every job; each still cleans up and reports.</summary>
    public void Interrupt(string signal)
    {
        _interruptedBy = signal;
        foreach (var running in _jobs.Keys)
        {
            running.Lifetime.Interrupt(signal);
        }
    }

    /// <summary>The process ends now: what could not be reported stays in the journals.</summary>
    public void Abandon() => _stopping.Cancel();

    /// <summary>Ends when no job runs any more.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (_jobs.Values.ToArray() is { Length: > 0 } tasks)
        {
            await Task.WhenAll(tasks).WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(RunningJob running, Capacity.Slot slot, Task begun)
    {
        await begun;
        var job = running.Job;
        using var fields = LogFields.With(
            logger, ("job", job.Payload.Id), ("project", job.Payload.JobInfo.ProjectId), ("runner", job.Runner.Settings.ShortToken),
            ("runner_name", job.Runner.Settings.Name));
        JobVerdict? verdict = null;
        try
        {
            LogList(running, added: true);
            ConfiguredImages.LogTo(logger, job.Payload, job.Runner.Settings);
            Observer(running, null);
            if (job.Recovered is null)
            {
                await AwaitTurnAsync(running, slot);
            }

            verdict = await runJob(Assignment(running, slot), running.Lifetime, _stopping.Token);
            LogVerdict(running, verdict);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested || running.Lifetime.Reason is not null)
        {
            Log.Abandoned(logger);
        }
#pragma warning disable CA1031 // The job supervisor: one job that breaks must not take the others with it.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            Log.Broke(logger, broken);
            await ReportBrokenAsync(job);
        }
        finally
        {
            running.Progress.Left();
            slot.Dispose();
            (job.Session as IDisposable)?.Dispose();
            job.Reservation?.Dispose();
            running.Lifetime.Dispose();
            _jobs.TryRemove(running, out _);
            LogList(running, added: false);
            Observer(running, verdict ?? new JobVerdict.Dropped("not finished"));
        }
    }

    private async Task AwaitTurnAsync(RunningJob running, Capacity.Slot slot)
    {
        var ready = slot.ReadyAsync(running.Lifetime.Job);
        if (!ready.IsCompleted)
        {
            Log.Waits(logger);
        }

        await ready;
    }

    private JobAssignment Assignment(RunningJob running, Capacity.Slot slot) => new()
    {
        Payload = running.Job.Payload,
        Runner = running.Job.Runner.Settings,
        Executor = running.Job.Executor,
        Link = running.Job.Link,
        Numbers = slot.Numbers,
        JournalRoot = journalRoot,
        Secrets = services.Secrets,
        CacheStorage = services.Caches.For(running.Job.Runner.Cache),
        CorrelationId = running.Job.CorrelationId,
        Progress = running.Progress,
        Recovered = running.Job.Recovered,
        Session = running.Job.Session,
        Reservation = running.Job.Reservation,
    };

    /// <summary>The engine reports whatever happens inside a job; this is for what broke around it.</summary>
    private async Task ReportBrokenAsync(ReceivedJob job)
    {
        try
        {
            await job.Link.UpdateAsync(
                new JobUpdate { State = JobUpdateState.Failed, FailureReason = FailureReason.RunnerSystemFailure }, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The process ends; the server finds the job dead by its own clock.
        }
    }

    private void LogList(RunningJob running, bool added)
    {
        var (payload, info) = (running.Job.Payload, running.Job.Payload.JobInfo);
        using var fields = LogFields.With(
            logger, ("builds", _jobs.Count), ("max_builds", capacity.Concurrent), ("repo_url", CleanAddress(payload.GitInfo.RepoUrl)),
            ("pipeline_id", info.PipelineId), ("project_full_path", info.ProjectFullPath), ("namespace_id", info.NamespaceId),
            ("root_namespace_id", info.RootNamespaceId), ("organization_id", info.OrganizationId), ("gitlab_user_id", info.UserId),
            ("runner_uuid", payload.RunnerInfo.Uuid), ("time_in_queue_seconds", info.TimeInQueueSeconds.ToString(CultureInfo.InvariantCulture)),
            ("queue_size", info.QueueSize), ("queue_depth", info.QueueDepth));
        using var scoped = info.ScopedUserId is { } user ? LogFields.With(logger, ("gitlab_scoped_user_id", user)) : null;
        if (added)
        {
            Log.Added(logger);
        }
        else
        {
            Log.Removed(logger);
        }
    }

    private void LogVerdict(RunningJob running, JobVerdict verdict)
    {
        var seconds = _time.GetElapsedTime(running.Started).TotalSeconds;
        switch (verdict)
        {
            case JobVerdict.Succeeded:
                using (LogFields.With(logger, ("duration_s", seconds), ("job-status", "success")))
                {
                    Log.Succeeded(logger);
                }

                break;
            case JobVerdict.Failed failed:
                using (LogFields.With(
                    logger, ("duration_s", seconds), ("job-status", failed.Reason == FailureReason.JobCanceled ? "canceled" : "failed"),
                    ("error", failed.Message), ("failure_reason", failed.Reason.Wire), ("exit_code", failed.ExitCode)))
                {
                    Log.Failed(logger, failed.Reason == FailureReason.RunnerSystemFailure ? " (system failure)" : "", failed.Message);
                }

                break;
            case JobVerdict.Dropped dropped:
                using (LogFields.With(logger, ("duration_s", seconds), ("job-status", "canceled")))
                {
                    Log.Dropped(logger, dropped.Why);
                }

                break;
        }
    }

    private static string CleanAddress(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? Links.GitLabAddress.Clean(parsed) : "";

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Added job to processing list")]
        public static partial void Added(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Removed job from processing list")]
        public static partial void Removed(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Job waits until another one ends: more jobs came than may run at once")]
        public static partial void Waits(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Job succeeded")]
        public static partial void Succeeded(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Job failed{kind}: {message}")]
        public static partial void Failed(ILogger logger, string kind, string message);

        [LoggerMessage(LogLevel.Warning, "Job dropped: {why}")]
        public static partial void Dropped(ILogger logger, string why);

        [LoggerMessage(LogLevel.Warning, "Job not finished: the process ends")]
        public static partial void Abandoned(ILogger logger);

        [LoggerMessage(LogLevel.Error, "Job broke")]
        public static partial void Broke(ILogger logger, Exception broken);
    }
}

/// <summary>A job between its arrival and its end.</summary>
/// <param name="Job">What came.</param>
/// <param name="Lifetime">Its clocks.</param>
/// <param name="Progress">Where it is.</param>
/// <param name="Started">Timestamp of the clock that runs the daemon.</param>
internal sealed record RunningJob(ReceivedJob Job, JobLifetime Lifetime, JobProgress Progress, long Started)
{
    public bool Equals(RunningJob? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
