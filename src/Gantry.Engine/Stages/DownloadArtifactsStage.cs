using System.Globalization;
using Gantry.Engine.Plans;

namespace Gantry.Engine.Stages;

/// <summary>Archives of earlier jobs, in payload order so that later ones overwrite (official-job-protocol §7.4).</summary>
internal static class DownloadArtifactsStage
{
    public static Composition Compose(StageContext context, PlannedStage.DownloadArtifacts stage)
    {
        var script = context.NewScript().ChangeFolder(context.Plan.Folders.Project);
        HelperCalls.Guard(script, context.HelperCommand, "Artifacts downloading", (there, helper) =>
        {
            foreach (var producer in stage.Dependencies)
            {
                var id = producer.Id.ToString(CultureInfo.InvariantCulture);
                there.Notice($"Downloading artifacts for {producer.Name} ({id})...");
                // The producing job's token, as the server gave it with the dependency.
                there.Run(HelperCalls.WithToken(helper, producer.Token,
                    "artifacts-downloader", "--url", context.Plan.Runner.Url, "--id", id));
            }
        });
        return Composition.Of(script);
    }
}
