using Gantry.Engine.Executors;
using Gantry.Engine.Links;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Protocol;
using Microsoft.Extensions.Logging;

namespace Gantry.Engine.Running;

/// <summary>
/// One job from acceptance to its final report; the entry point of the engine.
/// <code>
/// journal folder, log spool, sender ─► payload rules ─► acceptance (PUT running)
///      refused: dropped without a report
/// header ─► plan ─► job clock ─► warnings ─► place ─► stages ─► place removed ─► last line
/// final report ─► journal removed, or kept for a later process when the server could not be reached
/// </code>
/// A job that an earlier process began goes on in its place: no acceptance, no header, no preparation.
/// Everything that happens to the job ends in a verdict; only the end of the process leaves the journal as it is.
/// <para>One call of <see cref="RunAsync"/> per instance. The caller owns <paramref name="lifetime"/> and disposes it afterwards.</para>
/// </summary>
public sealed partial class JobRun(JobAssignment assignment, JobLifetime lifetime, TimeProvider time, ILogger logger)
{
    private readonly long _received = time.GetTimestamp();
    private TimeSpan _timeout;
    private TimeSpan _left;
    private long _clockStarted;
    private readonly JobPhases _phases = new(time);
    private bool _phasesHidden = true;
    private bool _entered;

    /// <summary>Runs the job to its end.</summary>
    /// <param name="stopping">
    /// The process must end now: an unfinished report is left to the journal. Ending the job itself is
    /// <see cref="JobLifetime.Interrupt"/>.
    /// </param>
    /// <exception cref="OperationCanceledException"><paramref name="stopping"/> fired during the final report.</exception>
    public async Task<JobVerdict> RunAsync(CancellationToken stopping)
    {
        var (flags, settings) = JobPlanner.ReadSettings(assignment.Payload, assignment.Runner, []);
        JobJournal journal;
        TraceSpool spool;
        try
        {
            WholeLogs.Prune(assignment.JournalRoot, time.GetUtcNow());
            journal = assignment.Recovered?.Journal ?? JobJournal.Create(assignment.JournalRoot, assignment.Payload, FirstState());
            spool = TraceSpool.OpenWith(journal.SpoolPath, WholeLogs.SettingsOf(assignment.Runner, assignment.Payload.Id, assignment.JournalRoot));
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            await LeavePlaceAsync();
            return await RefuseWithoutLogAsync(broken, stopping);
        }

        using (spool)
        {
            var log = new JobLog(spool, new JobLogSettings
            {
                Timestamps = flags[KnownFlags.Timestamps],
                Sections = assignment.Payload.Features.TraceSections,
                Masks = Masks(flags, []),
                ContinuesAt = assignment.Recovered?.LogOffset,
            }, time);
            await using var sender = new TraceSender(spool, assignment.Link, SenderSettings(journal, settings), time);
            sender.Start();
            return assignment.Recovered is null
                ? await AcceptAsync(journal, log, sender, flags, stopping)
                : await ReportAsync(journal, log, sender, await WorkAsync(journal, log, flags), stopping);
        }
    }

    private async Task<JobVerdict> AcceptAsync(
        JobJournal journal, JobLog log, TraceSender sender, FeatureFlags flags, CancellationToken stopping)
    {
        if (PayloadCheck.BeforeAcceptance(assignment.Payload, log) is { } early)
        {
            return await ReportAsync(journal, log, sender, early, stopping);
        }

        var accepted = await assignment.Link.UpdateAsync(new JobUpdate { State = JobUpdateState.Running }, stopping);
        if (accepted.Result == UpdateResult.Abort)
        {
            log.Close();
            await sender.StopAsync();
            journal.Remove();
            return new JobVerdict.Dropped("the server took the job back before it began");
        }

        journal.Change(state => state with { Accepted = true });
        var verdict = accepted.CancelRequested
            ? new JobVerdict.Failed(FailureReason.JobCanceled, "canceled", 0)
            : await WorkAsync(journal, log, flags);
        return await ReportAsync(journal, log, sender, verdict, stopping);
    }

    /// <summary>Everything between acceptance and the last line.</summary>
    private async Task<JobVerdict> WorkAsync(JobJournal journal, JobLog log, FeatureFlags flags)
    {
        try
        {
            var (payload, failure) = PayloadCheck.Prepare(assignment.Payload, flags);
            if (failure is not null)
            {
                return failure;
            }

            if (assignment.Recovered is null)
            {
                JobHeader.Write(log, assignment.Runner, flags);
            }

            var request = PlanRequests.Of(payload, assignment.Runner, assignment.Executor.Traits, assignment.Numbers);
            var compiled = JobPlanner.Compile(request);
            if (compiled is Compilation.Planned first && payload.Secrets.Count > 0)
            {
                // Definitions name variables of the plan, and its variables are among them from now on.
                var (secrets, lost) = await new SecretResolution(assignment.Secrets, log, time).RunAsync(first.Plan, lifetime.Job);
                if (lost is not null)
                {
                    return new JobVerdict.Failed(lost.Reason, lost.Message, 0);
                }

                request = request with { Secrets = secrets };
                compiled = JobPlanner.Compile(request);
            }

            return compiled is Compilation.Planned planned
                ? await WalkAsync(planned.Plan, answers => JobPlanner.Compile(request.Answered(answers)), journal, log)
                : Verdicts.Of((Compilation.Refused)compiled);
        }
        catch (OperationCanceledException) when (lifetime.Reason is not null)
        {
            return Verdicts.Of(lifetime.Reason);
        }
        catch (EnvironmentException broken)
        {
            Log.PlaceBroke(logger, assignment.Payload.Id, broken);
            return new JobVerdict.Failed(broken.Reason, broken.Message, broken.ExitCode);
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            // Whatever breaks, the server must be told, or the job looks alive until its timeout (§4.6).
            Log.JobBroke(logger, assignment.Payload.Id, broken);
            return new JobVerdict.Failed(FailureReason.RunnerSystemFailure, broken.Message, 0);
        }
        finally
        {
            await LeavePlaceAsync();
        }
    }

    /// <summary>A place that was handed over and never entered.</summary>
    private async Task LeavePlaceAsync()
    {
        if (!_entered && assignment.Recovered is { Place: var place })
        {
            _entered = true;
            await place.DisposeAsync();
        }
    }

    private async Task<JobVerdict> WalkAsync(JobPlan plan, Func<PlaceAnswers, Compilation> replan, JobJournal journal, JobLog log)
    {
        if (Shells.ShellList.Find(plan.Shell) is null)
        {
            return new JobVerdict.Failed(FailureReason.RunnerConfigurationError,
                $"shell \"{plan.Shell}\" is not known; set `shell` of the runner to one of {Shells.ShellList.Names}", 0);
        }

        log.Mask(Masks(plan.Flags, plan.MaskPhrases));
        StartClock(plan.Timeout, assignment.Recovered is { Journal.State: var began } ? time.GetUtcNow() - began.Received : TimeSpan.Zero);
        if (plan.Warnings.Count > 0 && assignment.Recovered is null)
        {
            log.Warning(string.Join('\n', plan.Warnings));
        }

        _phasesHidden = plan.Variables.Get(JobPhases.Switch).Length > 0 && !plan.Variables.IsTrue(JobPhases.Switch);
        using var prepare = new StageClock("prepare", Limit("prepare_timeout", plan.Runner.PrepareTimeout), time, lifetime.Job);
        try
        {
            await using var place = await EnterPlaceAsync(plan, replan, journal, log, prepare.Token);
            assignment.Progress?.Placed(place);
            var context = ContextOf(plan, place, journal);
            var failure = await EnterableAsync(
                place, log, () => new StageWalk(context, place, log, lifetime, WalkSettingsOf(plan, journal, prepare.Token)).RunAsync());
            _phases.Enter("cleanup");
            assignment.Progress?.Left();
            return failure is null ? new JobVerdict.Succeeded() : new JobVerdict.Failed(failure.Reason, failure.Message, failure.ExitCode);
        }
        catch (OperationCanceledException) when (prepare.IsOver())
        {
            return new JobVerdict.Failed(prepare.Failure.Reason, prepare.Failure.Message, 0);
        }
    }

    private async Task<IJobEnvironment> EnterPlaceAsync(
        JobPlan plan, Func<PlaceAnswers, Compilation> replan, JobJournal journal, JobLog log, CancellationToken cancellationToken)
    {
        _entered = true;
        if (assignment.Recovered is { Place: var begun })
        {
            EnterStage(journal.State.Stage ?? "");
            return begun;
        }

        EnterStage("prepare_executor");
        var place = await EnvironmentPreparation.RunAsync(
            assignment.Executor,
            new EnvironmentRequest { Plan = plan, JobFolder = journal.WorkFolder, Replan = replan, Reservation = assignment.Reservation },
            log, time, cancellationToken);
        journal.Change(state => state with { Environment = place.Handle.Values });
        return place;
    }

    private void EnterStage(string stage)
    {
        _phases.Enter(stage);
        assignment.Progress?.Entered(stage);
    }

    private Stages.StageContext ContextOf(JobPlan plan, IJobEnvironment place, JobJournal journal)
    {
        var (final, traits) = place is IReplannedPlace replanned ? (replanned.Plan, replanned.Traits) : (plan, assignment.Executor.Traits);
        return new Stages.StageContext
        {
            Plan = final,
            Shell = Shells.ShellList.Find(final.Shell, final.PlaceIsWindows)!,
            Traits = traits,
            HelperCommand = place.HelperCommand,
            CorrelationId = assignment.CorrelationId,
            Started = assignment.Recovered is null ? time.GetUtcNow() : journal.State.Received,
            Time = time,
            Transfers = assignment.Transfers is { } transfers ? new Stages.TransferLine(transfers, assignment.Link, journal.WorkFolder) : null,
            CacheStorage = assignment.CacheStorage,
        };
    }

    /// <summary>While the stages run, and as long as somebody is in afterwards, people may enter the place.</summary>
    private async Task<Stages.StageOutcome.Failed?> EnterableAsync(IJobEnvironment place, JobLog log, Func<Task<Stages.StageOutcome.Failed?>> walk)
    {
        if (assignment.Session is not { } session)
        {
            return await walk();
        }

        if (place is ITerminalPlace enterable)
        {
            session.Open(enterable);
        }

        try
        {
            return await walk();
        }
        finally
        {
            await session.CloseAsync(log, lifetime.Job);
        }
    }

    private async Task<JobVerdict> ReportAsync(
        JobJournal journal, JobLog log, TraceSender sender, JobVerdict verdict, CancellationToken stopping)
    {
        if (_phases.End() is { } phases && !_phasesHidden)
        {
            log.Line(phases);
        }

        Verdicts.WriteLastLine(log, verdict);
        log.Close();
        var final = Verdicts.FinalUpdateOf(verdict, assignment.Payload.Features.FailureReasons, journal.State.Accepted);
        journal.Change(state => state with
        {
            Verdict = new JournalVerdict(final.State == JobUpdateState.Success, final.FailureReason?.Wire, final.ExitCode),
        });
        var result = await sender.FinishAsync(final, stopping);
        Log.Reported(logger, assignment.Payload.Id, final.State, result, time.GetElapsedTime(_received));
        if (result != FinishResult.GaveUp)
        {
            journal.Remove();
        }

        return verdict;
    }

    // The log has no place on disk: one report, and the job is over (§1.12).
    private async Task<JobVerdict> RefuseWithoutLogAsync(Exception broken, CancellationToken stopping)
    {
        Log.NoJournal(logger, assignment.Payload.Id, assignment.JournalRoot, broken);
        await assignment.Link.UpdateAsync(
            new JobUpdate { State = JobUpdateState.Failed, FailureReason = FailureReason.RunnerSystemFailure }, stopping);
        return new JobVerdict.Dropped($"no journal: {broken.Message}");
    }

    private void StartClock(TimeSpan timeout, TimeSpan elapsed)
    {
        _timeout = timeout;
        _left = elapsed < timeout ? timeout - elapsed : TimeSpan.Zero;
        _clockStarted = time.GetTimestamp();
        lifetime.StartJobClock(timeout, elapsed);
    }

    private TimeSpan Limit(string name, TimeSpan? setting)
    {
        var (limit, warning) = StageTimeouts.FromSetting(name, setting, _timeout);
        if (warning is not null)
        {
            Log.Setting(logger, assignment.Payload.Id, warning);
        }

        return limit;
    }

    private WalkSettings WalkSettingsOf(JobPlan plan, JobJournal journal, CancellationToken prepare) => new()
    {
        Time = time,
        Prepare = prepare,
        GetSourcesLimit = Limit("get_sources_timeout", plan.Runner.GetSourcesTimeout),
        Remaining = () => _left - time.GetElapsedTime(_clockStarted),
        Entering = (stage, failure) =>
        {
            journal.Change(state => state with
            {
                Stage = stage,
                StageBegan = time.GetUtcNow(),
                Failure = failure is null ? null : new JournalFailure(failure.Reason.Wire, failure.Message, failure.ExitCode),
            });
            EnterStage(stage);
        },
        Begun = assignment.Recovered is null ? null : BegunStageOf(journal.State),
        PlaceBroke = (stage, broken) => Log.StageBroke(logger, assignment.Payload.Id, stage, broken),
        BeforeCleanup = failed => assignment.Session?.HoldAsync(failed, lifetime.Job) ?? Task.CompletedTask,
        CleanupFailed = message => Log.CleanupFailed(logger, assignment.Payload.Id, message),
    };

    private BegunStage BegunStageOf(JournalState state) => new(
        state.Stage ?? "", time.GetUtcNow() - (state.StageBegan ?? state.Received),
        state.Failure is { } failure ? new Stages.StageOutcome.Failed(new FailureReason(failure.Reason), failure.Message, failure.ExitCode) : null);

    private TraceSenderSettings SenderSettings(JobJournal journal, JobSettings settings) => new()
    {
        DebugTrace = settings.DebugTrace || settings.DebugServices,
        Interval = assignment.LogInterval ?? TimeSpan.FromSeconds(3),
        FinalUpdateTries = Math.Max(1, assignment.Runner.FinalUpdateRetryLimit),
        SentOffset = journal.State.SentOffset,
        Cancel = lifetime.Cancel,
        Abort = lifetime.Abort,
        Sent = offset => journal.Change(state => state with { SentOffset = offset }),
    };

    private JournalState FirstState() => new()
    {
        JobId = assignment.Payload.Id,
        RunnerShortToken = assignment.Runner.ShortToken,
        RunnerName = assignment.Runner.Name,
        Executor = assignment.Executor.Name,
        RunnerNumber = assignment.Numbers.Runner,
        ProjectNumber = assignment.Numbers.Project,
        CorrelationId = assignment.CorrelationId,
        Received = time.GetUtcNow(),
    };

    private MaskRules Masks(FeatureFlags flags, IReadOnlyCollection<string> phrases) => new()
    {
        // From the first byte on: what is known at the beginning need not wait for the plan.
        Phrases = [.. phrases, .. new JobVariables(assignment.Payload.Variables).MaskPhrases, assignment.Payload.Token],
        TokenPrefixes = assignment.Payload.Features.TokenMaskPrefixes,
        AllDefaultTokens = flags[KnownFlags.MaskAllTokens],
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "job {Job}: the place broke")]
        public static partial void PlaceBroke(ILogger logger, long job, Exception broken);

        [LoggerMessage(LogLevel.Warning, "job {Job}: the place broke in {Stage}")]
        public static partial void StageBroke(ILogger logger, long job, string stage, Exception broken);

        [LoggerMessage(LogLevel.Error, "job {Job}: the runner broke")]
        public static partial void JobBroke(ILogger logger, long job, Exception broken);

        [LoggerMessage(LogLevel.Error, "job {Job}: no journal in {Root}")]
        public static partial void NoJournal(ILogger logger, long job, string root, Exception broken);

        [LoggerMessage(LogLevel.Information, "job {Job}: {State}, report {Result}, {Duration}")]
        public static partial void Reported(ILogger logger, long job, JobUpdateState state, FinishResult result, TimeSpan duration);

        [LoggerMessage(LogLevel.Warning, "job {Job}: {Warning}")]
        public static partial void Setting(ILogger logger, long job, string warning);

        [LoggerMessage(LogLevel.Warning, "job {Job}: cleanup failed: {Why}")]
        public static partial void CleanupFailed(ILogger logger, long job, string why);
    }
}
