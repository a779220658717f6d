using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Engine.Sources;
using Gantry.Protocol;

namespace Gantry.Engine.Stages;

/// <summary>Sources by git commands inside the job's place.</summary>
internal static class GetSourcesStage
{
    public static Composition Compose(StageContext context)
    {
        var settings = context.Plan.Settings;
        var fetches = settings.Strategy is GitStrategy.Fetch or GitStrategy.Clone;
        if (fetches && settings.Submodules is null)
        {
            return new Composition.Impossible(FailureReason.RunnerSystemFailure, "unknown GIT_SUBMODULE_STRATEGY");
        }

        if (fetches && settings.Submodules is not SubmoduleStrategy.None && settings.SubmodulePathsAreBroken)
        {
            return new Composition.Impossible(FailureReason.RunnerSystemFailure,
                $"GIT_SUBMODULE_PATHS: invalid submodule pathspec \"{string.Join(' ', settings.SubmodulePaths)}\"");
        }

        var script = context.NewScript();
        GetSourcesScript.Write(script, context.Git);
        return Composition.Of(script);
    }

    /// <summary>No variables: a broken one may be what made the first try fail.</summary>
    public static Composition ComposeClear(StageContext context)
    {
        var script = new ScriptBuilder();
        WorkspaceCleanup.WriteClearWorktree(script, context.Git);
        return Composition.Of(script);
    }
}
