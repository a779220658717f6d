using Gantry.Engine.Executors;
using Gantry.Engine.Plans;

namespace Gantry.Engine.Stages;

/// <summary>From a planned stage to what runs for it. One case per stage; each is composed in a file of its own.</summary>
internal static class StageScripts
{
    public static Composition Compose(StageContext context, PlannedStage stage) => stage switch
    {
        PlannedStage.PrepareScript => PrepareScriptStage.Compose(context),
        PlannedStage.GetSources => GetSourcesStage.Compose(context),
        PlannedStage.ClearWorktree => GetSourcesStage.ComposeClear(context),
        PlannedStage.RestoreCache cache => RestoreCacheStage.Compose(context, cache),
        PlannedStage.DownloadArtifacts download => DownloadArtifactsStage.Compose(context, download),
        PlannedStage.Step step => StepStage.Compose(context, step),
        PlannedStage.AfterScript after => StepStage.ComposeAfter(context, after),
        PlannedStage.ArchiveCache cache => ArchiveCacheStage.Compose(context, cache),
        PlannedStage.UploadArtifacts upload => UploadArtifactsStage.Compose(context, upload),
        PlannedStage.Cleanup => CleanupStage.Compose(context),
        _ => throw new InvalidOperationException($"no composition for {stage.Name}"),
    };

    /// <summary>The user's steps run in the job's own place, everything else in the helper (§4.2).</summary>
    public static StagePlace PlaceOf(PlannedStage stage) =>
        stage is PlannedStage.Step or PlannedStage.AfterScript ? StagePlace.Build : StagePlace.Helper;
}
