using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Stages;

/// <summary>The user's script lines: steps, and after_script, which gets neither of the operator's wrapping scripts (§4.5).</summary>
internal static class StepStage
{
    public static Composition Compose(StageContext context, PlannedStage.Step step)
    {
        if (step.Script.Count == 0)
        {
            return new Composition.Nothing();
        }

        var script = context.NewScript().ChangeFolder(context.Plan.Folders.Project);
        Wrap(script, context.Plan.Runner.PreBuildScript, "pre_build_script");
        script.UserScript(step.Script, "script_step");
        Wrap(script, context.Plan.Runner.PostBuildScript, "post_build_script");
        return Composition.Of(script);
    }

    public static Composition ComposeAfter(StageContext context, PlannedStage.AfterScript after) => Composition.Of(context.NewScript()
        .ChangeFolder(context.Plan.Folders.Project)
        .Notice("Running after script...")
        .UserScript(after.Script, "after_script_step"));

    private static void Wrap(ScriptBuilder script, string? lines, string section)
    {
        if (!string.IsNullOrEmpty(lines))
        {
            script.UserScript([lines], section);
        }
    }
}
