using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Stages.Reachable;
using Gantry.Engine.Traces;
using Gantry.Protocol;

namespace Gantry.Engine.Stages;

/// <summary>
/// Runs one stage in the job's place: section and title, script text, exit code. A stage with nothing to do leaves no
/// trace in the log.
/// </summary>
internal static class StageRun
{
    /// <exception cref="EnvironmentException">The place broke.</exception>
    /// <exception cref="OperationCanceledException">The token fired; nothing of the stage is left running.</exception>
    public static async Task<StageOutcome> RunAsync(
        StageContext context, PlannedStage stage, IJobEnvironment environment, IJobLog log, CancellationToken cancellationToken)
    {
        var (ready, problems) = await RemoteCacheSearch.FindAsync(context, stage, cancellationToken);
        context = ready;
        var composition = StageScripts.Compose(context, stage);
        if (composition is Composition.Nothing)
        {
            return StageOutcome.Nothing;
        }

        using var section = Open(context, stage, log);
        if (composition is not Composition.Script script)
        {
            var impossible = (Composition.Impossible)composition;
            return new StageOutcome.Failed(impossible.Reason, impossible.Message, 0);
        }

        foreach (var warning in context.GoesOn ? [] : script.Warnings.Concat(problems))
        {
            log.Warning(warning);
        }

        if (ReachableStages.Find(context, stage, environment, log) is { } own)
        {
            var outcome = await own(cancellationToken);
            (log as JobLog)?.EndStreams();
            return outcome;
        }

        var exit = await RunScriptAsync(context, stage, script, environment, log, cancellationToken);
        return exit.Code == 0
            ? StageOutcome.Success
            : new StageOutcome.Failed(FailureReason.ScriptFailure, exit.Text, exit.Code);
    }

    private static IDisposable Open(StageContext context, PlannedStage stage, IJobLog log)
    {
        if (context.GoesOn && log is JobLog begun)
        {
            return begun.OpenedSection(stage.Name);
        }

        var section = log.Section(stage.Name);
        log.Line($"{Ansi.BoldCyan}{stage.Title}{Ansi.Reset}");
        return section;
    }

    private static async Task<ScriptExit> RunScriptAsync(
        StageContext context, PlannedStage stage, Composition.Script script, IJobEnvironment environment, IJobLog log,
        CancellationToken cancellationToken)
    {
        var text = new StageScript(stage.Name, context.Shell.Render(script.Statements, context.Options), StageScripts.PlaceOf(stage));
        var follower = text.Place == StagePlace.Build && context.Plan.Flags[KnownFlags.ExplainFailures]
            ? new ScriptFollower(log, script.Statements)
            : null;
        var exit = await environment.RunAsync(text, follower ?? log, cancellationToken);
        (log as JobLog)?.EndStreams();
        if (exit.Code != 0 && follower is not null && FailureExplanation.Of(follower.Current, exit) is { } explanation)
        {
            log.Line($"{Ansi.Yellow}{explanation}");
        }

        return exit;
    }
}
