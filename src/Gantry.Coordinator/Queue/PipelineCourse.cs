using Gantry.Coordinator.Store;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.States;

namespace Gantry.Coordinator.Queue;

/// <summary>
/// Takes stored pipelines through <see cref="PipelineProgress"/>: rows to state, one event, changes back to rows, all inside one
/// write, so that a job, its neighbours and its pipeline are never seen apart.
/// </summary>
internal sealed class PipelineCourse(TimeProvider clock)
{
    /// <param name="session">The write.</param>
    /// <param name="pipelineId">The pipeline; one that is gone is left alone.</param>
    /// <param name="happened">What happened; an event that does not fit changes nothing.</param>
    /// <param name="userId">Who did it: new attempts run in their name. Null when nobody did.</param>
    public void Apply(StoreSession session, long pipelineId, PipelineEvent happened, long? userId)
    {
        if (session.Pipelines.Find(pipelineId) is not { } pipeline)
        {
            return;
        }

        var rows = session.Jobs.Latest(pipelineId).ToDictionary(row => row.Name, StringComparer.Ordinal);
        var state = StateOf(session, pipeline, rows, happened);
        var step = PipelineProgress.Apply(state, happened);
        Write(session, rows, step.Changes, userId);

        // A failing neighbour cancels gracefully by rule; a runner that cannot do so is cut off.
        foreach (var stuck in rows.Values.Where(row => row is { Status: CiStatus.Canceling, CancelGracefully: false }).ToList())
        {
            step = PipelineProgress.Apply(step.State, new PipelineEvent.JobForceCanceled(stuck.Name));
            Write(session, rows, step.Changes, userId);
        }

        Summarise(session, pipeline, step.State, [.. rows.Values]);
        Admit(session, [.. rows.Values]);
    }

    // Somebody may have left a resource group, or begun to wait for it.
    private void Admit(StoreSession session, IReadOnlyList<JobRow> jobs)
    {
        foreach (var (project, group) in jobs.Where(job => job.ResourceGroup is not null).Select(job => (job.ProjectId, job.ResourceGroup!)).Distinct())
        {
            if (ResourceGroups.Next(session, project, group) is { } next)
            {
                Apply(session, next.PipelineId, new PipelineEvent.ResourceGranted(next.Name), null);
            }
        }
    }

    private static PipelineState StateOf(StoreSession session, PipelineRow pipeline, Dictionary<string, JobRow> rows, PipelineEvent happened)
    {
        var needs = session.Jobs.NeedsOfPipeline(pipeline.Id).ToLookup(need => need.JobId, need => need.Name);
        return new PipelineState
        {
            Jobs = [.. rows.Values.Select(row => StateOf(row, needs[row.Id], Concerns(happened, row) ? session.Jobs.Definition(row.Id) : null))],
            OnNewCommit = Enum.TryParse<OnNewCommit>(pipeline.AutoCancelOnNewCommit, ignoreCase: true, out var mode) ? mode : OnNewCommit.Conservative,
            OnJobFailureCancelAll = pipeline.AutoCancelOnJobFailure == "all",
        };
    }

    // Only how a job fails and what takes its place depends on its definition, which is large.
    private static bool Concerns(PipelineEvent happened, JobRow row) => happened switch
    {
        PipelineEvent.JobFailed { Job: var job } => job == row.Name,
        PipelineEvent.JobRetried { Job: var job } => job == row.Name,
        PipelineEvent.DownstreamChanged { Job: var job } => job == row.Name,
        PipelineEvent.PipelineRetried => row.Status is CiStatus.Failed or CiStatus.Canceled,
        _ => false,
    };

    private static JobState StateOf(JobRow row, IEnumerable<string> needs, JobDefinition? definition) => new()
    {
        Name = row.Name,
        Attempt = row.Attempt,
        StageIndex = row.StageIndex,
        Status = JobStatusNames.TryParse(row.Status, out var status) ? status : JobStatus.Created,
        When = JobWhenNames.TryParse(row.When, out var when) ? when : JobWhen.OnSuccess,
        AllowFailure = row.AllowFailure,
        AllowFailureExitCodes = definition?.AllowFailureExitCodes ?? [],
        IsDag = row.Dag,
        Needs = row.Dag ? [.. needs] : [],
        Retry = definition?.Retry is { } retry ? new RetryModel { Max = retry.Max, When = retry.When, ExitCodes = retry.ExitCodes } : RetryModel.None,
        IsInterruptible = row.Interruptible ?? false,
        HasResourceGroup = row.ResourceGroup is not null,
        Bridge = row.BridgeStrategy is { } strategy && Enum.TryParse<TriggerStrategy>(strategy, ignoreCase: true, out var known) ? known : null,
        FailureReason = row.FailureReason,
        ExitCode = row.ExitCode,
    };

    private void Write(StoreSession session, Dictionary<string, JobRow> rows, IReadOnlyList<JobChange> changes, long? userId)
    {
        foreach (var (_, after) in changes.Where(change => change.Before is not null))
        {
            rows[after.Name] = Moved(rows[after.Name], after);
            session.Jobs.Update(rows[after.Name]);
            Deployments.Record(session, rows[after.Name], clock.GetUtcNow());
        }

        foreach (var (_, after) in changes.Where(change => change.Before is null))
        {
            rows[after.Name] = Again(session, rows[after.Name], after, userId);
        }
    }

    private JobRow Moved(JobRow row, JobState after)
    {
        var now = clock.GetUtcNow();
        var status = after.Status.Keyword();
        var complete = after.Status.IsComplete();
        return row with
        {
            Status = status,
            AllowFailure = after.AllowFailure,
            FailureReason = after.FailureReason,
            ExitCode = after.ExitCode,
            Retried = after.IsRetried,
            QueuedAt = status == CiStatus.Pending ? now : row.QueuedAt,
            StartedAt = status == CiStatus.Running ? row.StartedAt ?? now : row.StartedAt,
            FinishedAt = complete ? row.FinishedAt ?? now : null,
            ScheduledAt = status == CiStatus.Scheduled ? now.AddSeconds(row.StartIn ?? 0) : null,
            AssignedAt = null,
            UpdatedAt = now,
        };
    }

    private JobRow Again(StoreSession session, JobRow old, JobState state, long? userId)
    {
        var now = clock.GetUtcNow();
        var definition = session.Jobs.Definition(old.Id);
        var fresh = old with
        {
            Attempt = state.Attempt,
            AllowFailure = definition.AllowFailure,
            Retried = false,
            UserId = userId ?? old.UserId,
            FailureReason = null,
            ExitCode = null,
            RunnerId = null,
            MachineId = null,
            Timeout = definition.Timeout,
            TimeoutSource = definition.TimeoutSource,
            CancelGracefully = false,
            CreatedAt = now,
            QueuedAt = null,
            StartedAt = null,
            FinishedAt = null,
            ErasedAt = null,
            Coverage = null,
            ArtifactsExpireAt = null,
            DownstreamPipelineId = null,
        };
        return session.Jobs.Add(Moved(fresh, state), definition, session.Jobs.Needs(old.Id));
    }

    private void Summarise(StoreSession session, PipelineRow pipeline, PipelineState state, IReadOnlyList<JobRow> jobs)
    {
        var complete = state.Status.IsComplete();
        var now = clock.GetUtcNow();
        var next = pipeline with
        {
            Status = state.Status.Keyword(),
            Warnings = state is { Status: JobStatus.Success, HasWarnings: true },
            StartedAt = pipeline.StartedAt ?? jobs.Min(job => job.StartedAt),
            FinishedAt = complete ? jobs.Max(job => job.FinishedAt) ?? now : null,
            Duration = complete ? (int)Busy(jobs).TotalSeconds : null,
            Coverage = jobs.Any(job => job.Coverage is not null) ? jobs.Average(job => job.Coverage) : null,
        };
        if (next != pipeline)
        {
            session.Pipelines.Update(next with { UpdatedAt = now });
        }

        if (next.Status != pipeline.Status && pipeline.UpstreamJobId is { } id && session.Jobs.Find(id) is { Retried: false } bridge)
        {
            Apply(session, bridge.PipelineId, new PipelineEvent.DownstreamChanged(bridge.Name, state.Status), null);
        }
    }

    // The time in which at least one job ran (ci-yaml §19.6).
    private static TimeSpan Busy(IEnumerable<JobRow> jobs)
    {
        var total = TimeSpan.Zero;
        var reached = DateTimeOffset.MinValue;
        var periods = jobs.Where(job => job is { StartedAt: not null, FinishedAt: not null })
            .Select(job => (From: job.StartedAt!.Value, To: job.FinishedAt!.Value));
        foreach (var (from, to) in periods.OrderBy(period => period.From))
        {
            var begin = from > reached ? from : reached;
            if (to > begin)
            {
                total += to - begin;
                reached = to;
            }
        }

        return total;
    }
}
