using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Stages;

/// <summary>One helper call per artifact entry (official-job-protocol §7.1). A failed upload fails the job.</summary>
internal static class UploadArtifactsStage
{
    public static Composition Compose(StageContext context, PlannedStage.UploadArtifacts stage)
    {
        if (context.Plan.Runner.Url.Length == 0)
        {
            return new Composition.Nothing();
        }

        var script = context.NewScript().ChangeFolder(context.Plan.Folders.Project);
        HelperCalls.Guard(script, context.HelperCommand, "Uploading artifacts", (there, helper) =>
        {
            foreach (var artifact in stage.Entries)
            {
                there.Notice("Uploading artifacts...").Run(Call(context, helper, artifact));
            }
        });
        return Composition.Of(script);
    }

    private static Command Call(StageContext context, string helper, JobArtifact artifact) => HelperCalls.WithToken(helper, context.Plan.Payload.Token,
    [
        "artifacts-uploader", "--url", context.Plan.Runner.Url, "--id", context.Plan.Payload.Id.ToString(CultureInfo.InvariantCulture),
        "--timeout", GoDuration.Format(context.Plan.Runner.Artifact.UploadTimeout),
        "--response-header-timeout", GoDuration.Format(context.Plan.Runner.Artifact.ResponseHeaderTimeout),
        .. Provenance.Arguments(context, artifact),
        .. HelperCalls.Each("--path", artifact.Paths),
        .. HelperCalls.Each("--exclude", artifact.Exclude),
        .. artifact.Untracked ? (IReadOnlyList<Word>)["--untracked"] : [],
        .. HelperCalls.Optional("--name", artifact.Name),
        .. HelperCalls.Optional("--expire-in", artifact.ExpireIn),
        .. HelperCalls.Optional("--artifact-format", artifact.ArtifactFormat),
        .. HelperCalls.Optional("--artifact-type", artifact.ArtifactType),
    ]);
}
