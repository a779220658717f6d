using Gantry.Protocol.Jobs;

namespace Gantry.TestKit.Coordinator;

/// <summary>Jobs as a server would send them.</summary>
public static class SamplePayloads
{
    public static JobPayload Job(long id = 1, long projectId = 7) => new()
    {
        Id = id,
        Token = $"glcbt-job-token-{id}",
        AllowGitFetch = true,
        JobInfo = new JobIdentity
        {
            Name = "build",
            Stage = "test",
            PipelineId = 5,
            ProjectId = projectId,
            ProjectName = "shop",
            ProjectFullPath = "group/shop",
        },
        GitInfo = new GitReference
        {
            RepoUrl = "https://gitlab-ci-token:glcbt-secret@gitlab.example.com/group/shop.git",
            Ref = "main",
            Sha = "1234567890123456789012345678901234567890",
            BeforeSha = "0000000000000000000000000000000000000000",
            RefType = "branch",
            Refspecs = ["+refs/heads/main:refs/remotes/origin/main"],
            Depth = 20,
        },
        RunnerInfo = new RunnerLimits { Timeout = 3600, Uuid = "u" },
        Steps = [new JobStep { Name = "script", Script = ["echo hello"], Timeout = 3600, When = "on_success" }],
        Features = new ServerFeatures
        {
            TraceSections = true,
            FailureReasons = ["script_failure", "runner_system_failure", "job_execution_timeout"],
        },
    };
}
