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
        var composition = StageScripts.Compose(context, stage);
        if (composition is Composition.Nothing)
        {
            return StageOutcome.Nothing;
        }

        using var section = log.Section(stage.Name);
        log.Line($"{Ansi.BoldCyan}{stage.Title}{Ansi.Reset}");
        if (composition is not Composition.Script script)
        {
            var impossible = (Composition.Impossible)composition;
            return new StageOutcome.Failed(impossible.Reason, impossible.Message, 0);
        }

        foreach (var warning in script.Warnings)
        {
            log.Warning(warning);
        }

        if (ReachableStages.Find(context, stage, environment, log) is { } own)
        {
            var outcome = await own(cancellationToken);
            (log as JobLog)?.EndStreams();
            return outcome;
        }

        var text = context.Shell.Render(script.Statements, context.Options);
        var exit = await environment.RunAsync(new StageScript(stage.Name, text, StageScripts.PlaceOf(stage)), log, cancellationToken);
        (log as JobLog)?.EndStreams();
        return exit.Code == 0
            ? StageOutcome.Success
            : new StageOutcome.Failed(FailureReason.ScriptFailure, exit.Text, exit.Code);
    }
}
