using Gantry.Engine.Sources;

namespace Gantry.Engine.Stages;

/// <summary>Removes file variables and credentials from the place (official-job-protocol §6.9).</summary>
internal static class CleanupStage
{
    public static Composition Compose(StageContext context)
    {
        var script = context.NewScript(pathsOnly: true);
        WorkspaceCleanup.WriteEnd(script, context.Git);
        return Composition.Of(script);
    }
}
