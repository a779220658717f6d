using System.Globalization;
using Gantry.Coordinator.Store;
using Gantry.Protocol.Jobs;

namespace Gantry.Coordinator.Queue;

/// <summary>Builds what a runner is told about a job (ci-yaml §22, official-job-protocol §1.11), from one session.</summary>
internal sealed class PayloadBuilder(PayloadVariables variables, ServerAddress address, TimeProvider clock)
{
    // What the runner masks besides the variables: the prefixes of our own and of GitLab's tokens.
    private static readonly string[] TokenPrefixes = ["glpat-", "glcbt-", "glrt-", "glrtr-", "glptt-", "GR1348941"];

    public JobPayload Build(StoreSession session, PayloadRequest request)
    {
        var (job, definition) = (request.Job, request.Definition);
        var project = session.Projects.Find(job.ProjectId)!;
        var pipeline = session.Pipelines.Find(job.PipelineId)!;
        var all = variables.Build(session, request, project, pipeline);
        return new JobPayload
        {
            Id = job.Id,
            Token = request.Token,
            AllowGitFetch = project.GitStrategy == "fetch",
            JobInfo = Identity(session, request, project),
            GitInfo = Git(request, project, pipeline, all),
            RunnerInfo = new RunnerLimits { Uuid = session.Instance.Find(InstanceStore.Uuid) ?? "", Timeout = job.Timeout },
            Inputs = definition.Inputs,
            Variables = all,
            Steps = [.. definition.Steps.Select(step => step with { Timeout = job.Timeout })],
            Image = definition.Image,
            Services = definition.Services,
            Artifacts = definition.Artifacts,
            Cache = [.. definition.Cache.Select(cache => Cache(cache, project, job))],
            Dependencies = Dependencies(session, request),
            Features = new ServerFeatures
            {
                TraceSections = true,
                TokenMaskPrefixes = TokenPrefixes,
                FailureReasons = FailureReasons.FromRunner,
            },
            Secrets = PayloadSecrets.Build(definition, all),
            Hooks = definition.Hooks,
            Run = definition.Run,
        };
    }

    private JobIdentity Identity(StoreSession session, PayloadRequest request, ProjectRow project)
    {
        var job = request.Job;
        return new JobIdentity
        {
            Name = job.Name,
            Stage = job.Stage,
            PipelineId = job.PipelineId,
            ProjectId = project.Id,
            ProjectName = project.Name,
            ProjectFullPath = project.FullPath,
            NamespaceId = project.NamespaceId,
            RootNamespaceId = session.Projects.FindNamespace(project.FullPath.Split('/')[0])?.Id ?? project.NamespaceId,
            OrganizationId = 1,
            InstanceId = address.Url,
            InstanceUuid = session.Instance.Find(InstanceStore.Uuid) ?? "",
            UserId = job.UserId,
            TimeInQueueSeconds = Math.Max(0, (clock.GetUtcNow() - (job.QueuedAt ?? job.CreatedAt)).TotalSeconds),
            ProjectJobsRunningOnInstanceRunnersCount = request.Runner.Runner.IsInstance ? "0" : "+Inf",
        };
    }

    private GitReference Git(PayloadRequest request, ProjectRow project, PipelineRow pipeline, IReadOnlyList<JobVariable> all)
    {
        var wanted = all.LastOrDefault(variable => variable.Key == "GIT_DEPTH")?.Value;
        var depth = int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : project.GitDepth;
        return new GitReference
        {
            RepoUrl = address.CloneUrl(project, "gitlab-ci-token", request.Token),
            RepoObjectFormat = pipeline.Sha.Length == 64 ? "sha256" : "sha1",
            Ref = pipeline.Ref,
            Sha = pipeline.Sha,
            BeforeSha = pipeline.BeforeSha,
            RefType = pipeline.Tag ? "tag" : "branch",
            Refspecs = Refspecs(pipeline, depth),
            Depth = depth,
            Protected = pipeline.Protected,
        };
    }

    private static string[] Refspecs(PipelineRow pipeline, int depth)
    {
        var own = $"+refs/pipelines/{pipeline.Id}:refs/pipelines/{pipeline.Id}";
        return (depth, pipeline.Tag) switch
        {
            (0, _) => [own, "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"],
            (_, true) => [own, $"+refs/tags/{pipeline.Ref}:refs/tags/{pipeline.Ref}"],
            _ => [own, $"+refs/heads/{pipeline.Ref}:refs/remotes/origin/{pipeline.Ref}"],
        };
    }

    // ci-yaml §15.4a, steps 3 and 4.
    private static JobCache Cache(DefinedCache cache, ProjectRow project, JobRow job)
    {
        var suffix = project.CacheIndex > 0 ? $"-{project.CacheIndex}" : "";
        if (project.SeparateCaches)
        {
            suffix += job.Protected && !cache.Unprotect ? "-protected" : "-non_protected";
        }

        return cache.Entry with
        {
            Key = cache.Entry.Key + suffix,
            FallbackKeys = [.. cache.Entry.FallbackKeys.Select(key => key + suffix)],
        };
    }

    // By stage and id; each entry carries this job's own token, which may read them (ci-yaml §22).
    private static List<JobDependency> Dependencies(StoreSession session, PayloadRequest request) =>
    [
        .. DependencyRule.Of(session, request.Job, request.Definition).Select(producer => new JobDependency
        {
            Id = producer.Id,
            Token = request.Token,
            Name = producer.Name,
            ArtifactsFile = session.Artifacts.Find(producer.Id, "archive") is { } archive
                ? new DependencyArtifacts { Filename = archive.FileName, Size = archive.Size }
                : null,
        }),
    ];
}
