using Gantry.Engine.Executors;
using Gantry.Engine.Links;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Microsoft.Extensions.Logging;

namespace Gantry.Engine.Running;

/// <summary>
/// What becomes of a job that an earlier process left in its journal. Its script still runs: it goes on, as somebody else's work.
/// Else: removes the job's place, completes the log, reports the verdict — the job's own when it had ended, else a system failure, so
/// that the server does not wait for its timeout. The journal goes away once the server has answered. One call of <see cref="RunAsync"/> per instance.
/// </summary>
public sealed partial class JobRecovery(RecoveryAssignment assignment, TimeProvider time, ILogger logger)
{
    private const string Explanation = "the runner stopped while the job was running";

    /// <returns>What the server was told; null when the job goes on, or when the folder held no whole journal and was removed.</returns>
    /// <exception cref="OperationCanceledException">The process stops; the journal stays.</exception>
    public async Task<FinishResult?> RunAsync(CancellationToken stopping)
    {
        if (JobJournal.Open(assignment.Folder) is not { } opened)
        {
            Log.Torn(logger, assignment.Folder);
            Directory.Delete(assignment.Folder, recursive: true);
            return null;
        }

        var (journal, payload) = opened;
        var why = "";
        if (journal.State.Verdict is null)
        {
            (var recovered, why) = await ReopenAsync(journal, payload, stopping);
            if (recovered is not null)
            {
                Log.GoesOn(logger, payload.Id, journal.State.Stage);
                assignment.GoOn!(recovered);
                return null;
            }
        }

        using var spool = TraceSpool.OpenWith(
            journal.SpoolPath, WholeLogs.SettingsOf(assignment.Runner, payload.Id, Path.GetDirectoryName(journal.Folder)!));
        var final = journal.State.Verdict is { } known ? FinalOf(known) : EndLog(spool, journal, payload, why);
        await using var sender = new TraceSender(spool, assignment.Link, new TraceSenderSettings
        {
            SentOffset = journal.State.SentOffset,
            FinalUpdateTries = Math.Max(1, assignment.Runner.FinalUpdateRetryLimit),
            Cancel = () => { },
            Abort = () => { },
            Sent = offset => journal.Change(state => state with { SentOffset = offset }),
        }, time);
        var result = await sender.FinishAsync(final, stopping);
        Log.Recovered(logger, payload.Id, final.State, result);
        if (result != FinishResult.GaveUp)
        {
            journal.Remove();
        }

        return result;
    }

    /// <summary>The job if it goes on; else nothing is left of its place, and why.</summary>
    private async Task<(RecoveredJob? Job, string Why)> ReopenAsync(JobJournal journal, JobPayload payload, CancellationToken stopping)
    {
        if (journal.State.Environment is not { } values)
        {
            return (null, "");
        }

        try
        {
            var wanted = PlanRequests.Of(payload, assignment.Runner, assignment.Executor.Traits,
                new JobNumbers(journal.State.RunnerNumber, journal.State.ProjectNumber));
            if (JobPlanner.Compile(wanted) is not Compilation.Planned { Plan: var plan })
            {
                return (null, "and its settings have become unusable since");
            }

            var reopening = await assignment.Executor.ReopenAsync(
                new EnvironmentRequest { Plan = plan, JobFolder = journal.WorkFolder, Replan = answers => JobPlanner.Compile(wanted.Answered(answers)) },
                new EnvironmentHandle(journal.State.Executor, values), stopping);
            if (reopening is not Reopening.Running running)
            {
                return (null, ((Reopening.Lost)reopening).Why);
            }

            if (Obstacle(plan, journal.State) is not { } obstacle)
            {
                return (new RecoveredJob(journal, running.Place, running.LogOffset), "");
            }

            await running.Place.DisposeAsync();
            return (null, obstacle);
        }
        catch (EnvironmentException broken)
        {
            // The report matters more; what is left is found by its labels at the next start.
            Log.PlaceStays(logger, payload.Id, broken);
            return (null, $"and where it ran cannot be looked for: {broken.Message}");
        }
    }

    /// <summary>Why a script that still runs cannot be gone on with; null when it can.</summary>
    private string? Obstacle(JobPlan plan, JournalState state) =>
        assignment.GoOn is null || !state.Accepted || !StageWalk.MayBegin(plan, state.Stage ?? "") ? ""
        // Their values are in no file, and fetched again they may be others: then the log could show the old ones.
        : plan.Payload.Secrets.Count > 0 ? "and a job with secrets of other stores cannot go on"
        : null;

    private FinalUpdate EndLog(TraceSpool spool, JobJournal journal, JobPayload payload, string why)
    {
        var (flags, _) = JobPlanner.ReadSettings(payload, assignment.Runner, []);
        var verdict = new JobVerdict.Failed(FailureReason.RunnerSystemFailure, why.Length == 0 ? Explanation : $"{Explanation}, {why}", 0);
        var log = new JobLog(spool, new JobLogSettings { Timestamps = flags[KnownFlags.Timestamps] }, time);
        Verdicts.WriteLastLine(log, verdict);
        log.Close();
        var final = Verdicts.FinalUpdateOf(verdict, payload.Features.FailureReasons, ran: true);
        journal.Change(state => state with { Verdict = new JournalVerdict(false, final.FailureReason?.Wire, 0) });
        return final;
    }

    private static FinalUpdate FinalOf(JournalVerdict verdict) => new()
    {
        State = verdict.Succeeded ? JobUpdateState.Success : JobUpdateState.Failed,
        FailureReason = verdict.FailureReason is { } reason ? new FailureReason(reason) : null,
        ExitCode = verdict.ExitCode,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Folder} holds no whole job and is removed")]
        public static partial void Torn(ILogger logger, string folder);

        [LoggerMessage(LogLevel.Warning, "job {Job} of an earlier process: its place could not be removed")]
        public static partial void PlaceStays(ILogger logger, long job, Exception broken);

        [LoggerMessage(LogLevel.Information, "job {Job} of an earlier process goes on in {Stage}")]
        public static partial void GoesOn(ILogger logger, long job, string? stage);

        [LoggerMessage(LogLevel.Information, "job {Job} of an earlier process: {State}, report {Result}")]
        public static partial void Recovered(ILogger logger, long job, JobUpdateState state, FinishResult result);
    }
}

/// <summary>One journal folder and what belongs to it.</summary>
public sealed record RecoveryAssignment
{
    /// <summary>See <see cref="JobJournal.Folders"/>.</summary>
    public required string Folder { get; init; }

    /// <summary>The entry whose short token stands in the journal.</summary>
    public required RunnerSettings Runner { get; init; }

    public required IExecutor Executor { get; init; }

    /// <summary>Made for the job id and token of the journal's payload.</summary>
    public required IJobLink Link { get; init; }

    /// <summary>Takes a job that goes on; returns at once. Null: none does.</summary>
    public Action<RecoveredJob>? GoOn { get; init; }
}
