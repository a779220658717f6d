using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>One stage of a plan: a closed family, one case per stage of GitLab (official-job-protocol §3.8, §4.1).</summary>
public abstract record PlannedStage
{
    private PlannedStage(string name, string title)
    {
        Name = name;
        Title = title;
    }

    /// <summary>The stage's and section's name, such as <c>get_sources</c>.</summary>
    public string Name { get; }

    /// <summary>The line that opens the stage in the log.</summary>
    public string Title { get; }

    /// <summary>Says where the job runs and removes what the last job left in the temporary folder.</summary>
    public sealed record PrepareScript() : PlannedStage("prepare_script", "Preparing environment");

    public sealed record GetSources() : PlannedStage("get_sources", "Getting source from Git repository");

    /// <summary>Runs between the first and the second try of <see cref="GetSources"/>, never in a plan's list.</summary>
    public sealed record ClearWorktree()
        : PlannedStage("clear_worktree", "Deleting all tracked and untracked files due to source fetch failure");

    public sealed record RestoreCache(IReadOnlyList<PlannedCache> Entries) : PlannedStage("restore_cache", "Restoring cache");

    public sealed record DownloadArtifacts(IReadOnlyList<JobDependency> Dependencies)
        : PlannedStage("download_artifacts", "Downloading artifacts");

    /// <summary>A step of the user. <paramref name="StepName"/> is the payload's: <c>script</c>, <c>release</c>, <c>run</c>.</summary>
    public sealed record Step(string StepName, IReadOnlyList<string> Script)
        : PlannedStage(NameOf(StepName), $"Executing \"{NameOf(StepName)}\" stage of the job script")
    {
        private static string NameOf(string step) => "step_" + step.ToLowerInvariant();
    }

    public sealed record AfterScript(IReadOnlyList<string> Script) : PlannedStage("after_script", "Running after_script");

    /// <param name="Entries">Those whose <c>when</c> fits.</param>
    /// <param name="JobFailed">Which of the two variants this is.</param>
    public sealed record ArchiveCache(IReadOnlyList<PlannedCache> Entries, bool JobFailed) : PlannedStage(
        JobFailed ? "archive_cache_on_failure" : "archive_cache",
        JobFailed ? "Saving cache for failed job" : "Saving cache for successful job");

    /// <param name="Entries">Those whose <c>when</c> fits.</param>
    /// <param name="JobFailed">Which of the two variants this is.</param>
    public sealed record UploadArtifacts(IReadOnlyList<JobArtifact> Entries, bool JobFailed) : PlannedStage(
        JobFailed ? "upload_artifacts_on_failure" : "upload_artifacts_on_success",
        JobFailed ? "Uploading artifacts for failed job" : "Uploading artifacts for successful job");

    public sealed record Cleanup() : PlannedStage("cleanup_file_variables", "Cleaning up project directory and file based variables");
}
