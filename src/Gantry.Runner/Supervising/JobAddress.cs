using Gantry.Runner.Links;

namespace Gantry.Runner.Supervising;

/// <summary>The page of a job on its server.</summary>
internal static class JobAddress
{
    public static string Of(RunningJob job) =>
        $"{GitLabAddress.Root(job.Job.Runner.Settings.Url)}/{job.Job.Payload.JobInfo.ProjectFullPath}/-/jobs/{job.Job.Payload.Id}";
}
