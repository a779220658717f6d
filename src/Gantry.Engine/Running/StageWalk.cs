using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Stages;
using Gantry.Engine.Traces;
using Gantry.Protocol;

namespace Gantry.Engine.Running;

/// <summary>
/// Walks a plan's stages in one place (official-job-protocol §4.1 steps 9 to 17):
/// <code>
/// prepare_script ── fails: over
/// get_sources, restore_cache, download_artifacts   (attempts)
///        │ all good                    │ one failed
/// steps until one fails                │
/// after_script                         │
///        └──────────────┬──────────────┘
/// archive_cache, upload_artifacts      (variant by the result so far)
/// cleanup                              (its result is for the operator only)
/// </code>
/// A walk may begin inside the steps or after_script, where an earlier process left it.
/// When the whole job is ended from outside, or get_sources takes longer than <c>get_sources_timeout</c>, nothing more
/// runs (trap 13).
/// </summary>
internal sealed class StageWalk(StageContext context, IJobEnvironment environment, IJobLog log, JobLifetime lifetime, WalkSettings settings)
{
    private const string ProfileHint = "https://docs.gitlab.com/runner/shells/#shell-profile-loading";

    private static readonly TimeSpan CleanupBudget = TimeSpan.FromMinutes(5);

    private readonly StageAttempts _attempts = new(settings.Time, log, context.Plan.Flags[KnownFlags.ExponentialRetry]);
    private StageOutcome.Failed? _failure = settings.Begun?.Failure;
    private BegunStage? _begun = settings.Begun;
    private bool _sourcesTimedOut;

    /// <summary>Whether an earlier process can have left this stage to another one.</summary>
    public static bool MayBegin(JobPlan plan, string stage) =>
        plan.Stages.Any(planned => planned is PlannedStage.Step or PlannedStage.AfterScript && planned.Name == stage);

    /// <summary>The failure of the job, or null when it succeeded.</summary>
    /// <exception cref="OperationCanceledException">The whole job was ended; <see cref="JobLifetime.Reason"/> says why.</exception>
    public async Task<StageOutcome.Failed?> RunAsync()
    {
        var plan = context.Plan;
        if (_begun is not null)
        {
            await ScriptAsync();
        }
        else if (!await PrepareAsync())
        {
            return _failure;
        }
        else if (await FetchAsync())
        {
            await ScriptAsync();
        }
        else if (_sourcesTimedOut)
        {
            return _failure;
        }

        var soFar = _failure;
        var cache = await SaveAsync(plan.Stages.OfType<PlannedStage.ArchiveCache>().FirstOrDefault(s => s.JobFailed == soFar is not null));
        var upload = await SaveAsync(plan.Stages.OfType<PlannedStage.UploadArtifacts>().FirstOrDefault(s => s.JobFailed == soFar is not null));
        await settings.BeforeCleanup((soFar ?? cache ?? upload) is not null);
        await CleanAsync();
        return soFar ?? cache ?? upload;
    }

    private async Task<bool> PrepareAsync()
    {
        foreach (var stage in context.Plan.Stages.OfType<PlannedStage.PrepareScript>())
        {
            if (await OnceAsync(context, stage, settings.Prepare) is StageOutcome.Failed failed)
            {
                _failure = failed with { Message = $"prepare environment: {failed.Message}. Check {ProfileHint} for more information" };
                return false;
            }
        }

        return true;
    }

    private async Task<bool> FetchAsync()
    {
        var (plan, job) = (context.Plan, lifetime.Job);
        foreach (var stage in plan.Stages)
        {
            var outcome = stage switch
            {
                PlannedStage.GetSources => await LimitedSourcesAsync(stage),
                PlannedStage.RestoreCache => await _attempts.RunAsync(
                    plan.Settings.RestoreCacheAttempts, _ => OnceAsync(context, stage, job), job),
                PlannedStage.DownloadArtifacts => await _attempts.RunAsync(
                    plan.Settings.DownloadArtifactsAttempts, _ => OnceAsync(context, stage, job), job),
                _ => StageOutcome.Nothing,
            };
            if (outcome is StageOutcome.Failed failed)
            {
                _failure = failed;
                return false;
            }
        }

        return true;
    }

    private async Task<StageOutcome> LimitedSourcesAsync(PlannedStage stage)
    {
        using var limit = new StageClock("get sources", settings.GetSourcesLimit, settings.Time, lifetime.Job);
        var outcome = await limit.RunAsync(token => _attempts.RunAsync(
            context.Plan.Settings.GetSourcesAttempts,
            async attempt =>
            {
                if (attempt == 2)
                {
                    // Once, before the second try: a broken checkout is the likeliest reason of the first failure.
                    await OnceAsync(context, new PlannedStage.ClearWorktree(), token);
                }

                return await OnceAsync(context, stage, token);
            },
            token));
        _sourcesTimedOut = limit.Expired;
        return outcome;
    }

    private async Task ScriptAsync()
    {
        foreach (var line in _begun is null ? PolicyLines.Of(context.Plan.Payload.PolicyOptions) : [])
        {
            log.Info(line);
        }

        var (limit, warning) = StageTimeouts.FromVariable(
            StageTimeouts.ScriptVariable, context.Variables, standard: null, settings.Remaining());
        Warn(warning);
        var status = await StepsAsync(limit is { } span && _begun is { } begun ? Left(span, begun.Elapsed) : limit);
        foreach (var after in context.Plan.Stages.OfType<PlannedStage.AfterScript>())
        {
            await AfterScriptAsync(after, status);
        }
    }

    /// <summary>Runs the steps and says what <c>CI_JOB_STATUS</c> is afterwards.</summary>
    private async Task<string> StepsAsync(TimeSpan? limit)
    {
        lifetime.EnterScriptPhase(limit);
        PlannedStage? current = null;
        try
        {
            foreach (var step in StepsToDo())
            {
                current = step;
                if (await OnceAsync(At(step), step, lifetime.Script) is StageOutcome.Failed failed)
                {
                    _failure = failed;
                    return "failed";
                }
            }

            return StatusOf(_failure);
        }
        catch (OperationCanceledException) when (!lifetime.Job.IsCancellationRequested && lifetime.Script.IsCancellationRequested)
        {
            if (lifetime.Reason is EndReason.ScriptTimeout)
            {
                log.Warning(TimeoutText(current?.Name ?? "script"));
                _failure = new StageOutcome.Failed(FailureReason.JobExecutionTimeout, "script timeout: context deadline exceeded", 0);
                return "timedout";
            }

            log.Warning("script canceled externally (UI, API)");
            _failure = new StageOutcome.Failed(FailureReason.JobCanceled, "canceled", 0);
            return "canceled";
        }
        finally
        {
            lifetime.LeaveScriptPhase();
        }
    }

    private async Task AfterScriptAsync(PlannedStage stage, string status)
    {
        var (limit, warning) = StageTimeouts.FromVariable(
            StageTimeouts.AfterScriptVariable, context.Variables, StageTimeouts.AfterScriptStandard, settings.Remaining());
        Warn(warning);
        var at = At(stage) with { JobStatus = status };
        var standard = limit ?? StageTimeouts.AfterScriptStandard;
        using var clock = new StageClock("after_script", at.GoesOn ? Left(standard, settings.Begun!.Elapsed) : standard, settings.Time, lifetime.Job);
        var outcome = await clock.RunAsync(token => OnceAsync(at, stage, token));
        if (outcome is not StageOutcome.Failed failed)
        {
            return;
        }

        if (clock.Expired)
        {
            log.Warning(TimeoutText(stage.Name));
        }

        if (context.Plan.Settings.AfterScriptIgnoreErrors)
        {
            log.Warning($"after_script failed, but job will continue unaffected: {failed.Message}");
        }
        else
        {
            _failure ??= failed;
        }
    }

    private async Task<StageOutcome.Failed?> SaveAsync(PlannedStage? stage) =>
        stage is null ? null : await OnceAsync(context, stage, lifetime.Job) as StageOutcome.Failed;

    private async Task CleanAsync()
    {
        using var budget = lifetime.StartCleanup(CleanupBudget);
        foreach (var stage in context.Plan.Stages.OfType<PlannedStage.Cleanup>())
        {
            try
            {
                if (await OnceAsync(context, stage, budget.Token) is StageOutcome.Failed failed)
                {
                    settings.CleanupFailed(failed.Message);
                }
            }
            catch (OperationCanceledException)
            {
                settings.CleanupFailed($"took longer than {GoDuration.Format(CleanupBudget)}");
            }
        }
    }

    private async Task<StageOutcome> OnceAsync(StageContext at, PlannedStage stage, CancellationToken cancellationToken)
    {
        if (!at.GoesOn)
        {
            settings.Entering(stage.Name, _failure);
        }

        try
        {
            return await StageRun.RunAsync(at, stage, environment, log, cancellationToken);
        }
        catch (OperationCanceledException) when (lifetime.Reason is EndReason.JobTimeout && lifetime.Job.IsCancellationRequested)
        {
            log.Warning(TimeoutText(stage.Name));
            throw;
        }
        catch (EnvironmentException broken)
        {
            // A stage of its own: the next one may find a new container, and artifacts of what was done are worth a try.
            settings.PlaceBroke(stage.Name, broken);
            return new StageOutcome.Failed(broken.Reason, broken.Message, 0);
        }
    }

    /// <summary>From the step on that runs since an earlier process; none when that was past them.</summary>
    private IReadOnlyList<PlannedStage.Step> StepsToDo()
    {
        var steps = context.Plan.Stages.OfType<PlannedStage.Step>();
        return [.. _begun is { } begun ? steps.SkipWhile(step => step.Name != begun.Name) : steps];
    }

    /// <summary>The first stage of a walk that goes on is one that was begun.</summary>
    private StageContext At(PlannedStage stage)
    {
        var goesOn = _begun?.Name == stage.Name;
        _begun = goesOn ? null : _begun;
        return context with { GoesOn = goesOn };
    }

    private static TimeSpan Left(TimeSpan limit, TimeSpan elapsed) => elapsed < limit ? limit - elapsed : TimeSpan.Zero;

    /// <summary><c>CI_JOB_STATUS</c> of a job that fared so.</summary>
    private static string StatusOf(StageOutcome.Failed? failure) => failure is null ? "success"
        : failure.Reason == FailureReason.JobCanceled ? "canceled"
        : failure.Reason == FailureReason.JobExecutionTimeout ? "timedout"
        : "failed";

    private static string TimeoutText(string stage) =>
        $"{stage} could not run to completion because the timeout was exceeded. For more control over job and script timeouts see: "
        + "https://docs.gitlab.com/ci/runners/configure_runners/#set-script-and-after_script-timeouts";

    private void Warn(string? warning)
    {
        if (warning is not null)
        {
            log.Warning(warning);
        }
    }
}
