using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Stages;

/// <summary>What the uploader needs to write a provenance document beside an archive (official-job-protocol §7.5).</summary>
internal static class Provenance
{
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ssZ";

    /// <summary>Empty unless the job asks for it; other formats than <c>zip</c> have none.</summary>
    public static IReadOnlyList<Word> Arguments(StageContext context, JobArtifact artifact)
    {
        var plan = context.Plan;
        if (artifact.ArtifactFormat != "zip" || !plan.Variables.IsTrue("RUNNER_GENERATE_ARTIFACTS_METADATA"))
        {
            return [];
        }

        var repository = UrlParts.Clean(plan.Payload.GitInfo.RepoUrl);
        var schema = plan.Variables.Get("SLSA_PROVENANCE_SCHEMA_VERSION");
        return
        [
            "--generate-artifacts-metadata",
            "--runner-id", plan.Variables.Get("CI_RUNNER_ID"),
            "--repo-url", repository.EndsWith(".git", StringComparison.Ordinal) ? repository[..^4] : repository,
            "--repo-digest", plan.Payload.GitInfo.Sha,
            "--job-name", plan.Payload.JobInfo.Name,
            "--executor-name", plan.Runner.Executor,
            "--runner-name", plan.Runner.Name,
            "--started-at", Text(context.Started),
            "--ended-at", Text(context.Time.GetUtcNow()),
            "--schema-version", schema.Length == 0 ? "unknown" : schema,
            // Names only: values would be published with the artifact.
            .. HelperCalls.Each("--metadata-parameter", plan.Payload.Variables.Select(variable => variable.Key)),
        ];
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
