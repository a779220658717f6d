using System.Text.Json;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Model;
using Gantry.Protocol.Jobs;

namespace Gantry.Coordinator.Creation;

/// <summary>From a compiled job to what is stored: its row, and its definition in the words of the runner protocol (ci-yaml §22).</summary>
internal static class JobMapping
{
    public static JobRow Row(PipelineRow pipeline, ProjectRow project, JobModel job) => new()
    {
        Id = 0,
        ProjectId = pipeline.ProjectId,
        PipelineId = pipeline.Id,
        Kind = job.Trigger is null && job.MirroredProject is null ? "build" : "bridge",
        Name = job.Name,
        Stage = job.Stage,
        StageIndex = job.StageIndex,
        Status = CiStatus.Created,
        AllowFailure = job.AllowFailure,
        When = job.When.Keyword(),
        StartIn = (int?)job.StartIn?.TotalSeconds,
        Dag = job.IsDag,
        Ref = pipeline.Ref,
        Tag = pipeline.Tag,
        Protected = pipeline.Protected,
        TagList = job.Tags,
        Interruptible = job.Interruptible,
        ResourceGroup = job.ResourceGroup,
        Environment = job.Environment?.Name,
        ManualConfirmation = job.ManualConfirmation,
        UserId = pipeline.UserId,
        BridgeStrategy = job.Trigger is { } trigger ? trigger.Strategy.ToString().ToLowerInvariant() : job.MirroredProject is null ? null : "mirror",
        Timeout = TimeoutOf(project, job),
        TimeoutSource = job.Timeout is null ? "project" : "job",
        CreatedAt = pipeline.CreatedAt,
        UpdatedAt = pipeline.CreatedAt,
    };

    public static IReadOnlyList<JobNeedRow> Needs(JobModel job) =>
        [.. job.Needs.Select(need => new JobNeedRow(0, need.Job, need.Artifacts, need.Optional))];

    public static JobDefinition Definition(ProjectRow project, JobModel job) => new()
    {
        Steps = Steps(job),
        Image = job.Image is { } image ? ImageMapping.Image(image) : null,
        Services = [.. job.Services.Select(ImageMapping.Service)],
        Artifacts = job.Artifacts is { } artifacts ? Artifacts(artifacts) : [],
        Cache = [.. job.Caches.Select(Cache)],
        Hooks = [.. job.Hooks.Select(hook => new JobHook { Name = hook.Key, Script = hook.Value })],
        Inputs = [.. job.Inputs.Select(InputMapping.Input)],
        Run = job.RunJson ?? "",
        IdTokens = [.. job.IdTokens.Select(token => new DefinedIdToken { Name = token.Name, Audiences = token.Audiences })],
        DefinedSecrets =
        [
            .. job.Secrets.Select(secret => new DefinedSecret
            {
                Name = secret.Name,
                Provider = secret.Provider,
                Settings = secret.Settings,
                File = secret.IsFile,
                Token = secret.Token,
            }),
        ],
        Variables = [.. job.Variables.Select(variable => new DefinedVariable { Key = variable.Key, Value = variable.Value, Raw = variable.IsRaw })],
        Dependencies = job.Dependencies,
        CrossNeeds =
        [
            .. job.CrossNeeds.Where(need => need is { Pipeline: not null, Artifacts: true })
                .Select(need => new DefinedCrossNeed { Pipeline = need.Pipeline!, Job = need.Job }),
        ],
        Retry = job.Retry.Max > 0 ? new DefinedRetry { Max = job.Retry.Max, When = job.Retry.When, ExitCodes = job.Retry.ExitCodes } : null,
        AllowFailure = job.AllowFailure,
        AllowFailureExitCodes = job.AllowFailureExitCodes,
        Timeout = TimeoutOf(project, job),
        TimeoutSource = job.Timeout is null ? "project" : "job",
        Coverage = job.Coverage,
        Environment = job.Environment is { } environment ? Environment(environment) : null,
        NodeIndex = job.Parallel?.Index,
        NodeTotal = job.Parallel?.Total ?? 1,
        GroupName = job.BaseName,
        Trigger = job.Trigger is { } trigger ? Trigger(trigger) : null,
    };

    private static DefinedTrigger Trigger(TriggerModel trigger) => new DefinedTrigger
    {
        ChildYaml = (trigger as TriggerModel.Child)?.ConfigurationYaml,
        Project = (trigger as TriggerModel.Project)?.Path,
        Branch = (trigger as TriggerModel.Project)?.Branch,
        Inputs = (trigger as TriggerModel.Project)?.Inputs.ToDictionary(input => input.Key, input => JsonElement.Parse(input.Value.ToJson())),
        ForwardYamlVariables = trigger.ForwardYamlVariables,
        ForwardPipelineVariables = trigger.ForwardPipelineVariables,
    };

    private static int TimeoutOf(ProjectRow project, JobModel job) => (int?)job.Timeout?.TotalSeconds ?? project.JobTimeout;

    private static List<JobStep> Steps(JobModel job)
    {
        var steps = new List<JobStep>();
        if (job.Script.Count > 0)
        {
            steps.Add(new JobStep { Name = "script", Script = job.Script, When = "on_success" });
        }

        if (job.Release is { } release)
        {
            steps.Add(new JobStep { Name = "release", Script = ReleaseScript.Lines(release), When = "on_success" });
        }

        if (job.AfterScript.Count > 0)
        {
            steps.Add(new JobStep { Name = "after_script", Script = job.AfterScript, When = "always", AllowFailure = true });
        }

        return steps;
    }

    private static List<JobArtifact> Artifacts(ArtifactsModel artifacts)
    {
        var list = new List<JobArtifact>();
        if (artifacts.HasArchive)
        {
            list.Add(new JobArtifact
            {
                Name = artifacts.Name ?? "",
                Untracked = artifacts.Untracked,
                Paths = artifacts.Paths,
                Exclude = artifacts.Exclude,
                When = artifacts.When,
                ArtifactType = "archive",
                ArtifactFormat = "zip",
                ExpireIn = artifacts.ExpireIn ?? "",
            });
        }

        list.AddRange(artifacts.Reports.Select(report => new JobArtifact
        {
            Name = report.FileName,
            Paths = report.Paths,
            When = "always",
            ArtifactType = report.Type,
            ArtifactFormat = report.Format,
            ExpireIn = artifacts.ExpireIn ?? "",
        }));
        return list;
    }

    private static DefinedCache Cache(CacheModel cache) => new()
    {
        Unprotect = cache.Unprotect,
        Entry = new JobCache
        {
            Key = cache.Key,
            Untracked = cache.Untracked,
            Policy = cache.Policy,
            Paths = cache.Paths,
            When = cache.When,
            FallbackKeys = cache.FallbackKeys,
        },
    };

    private static DefinedEnvironment Environment(EnvironmentModel environment) => new()
    {
        Name = environment.Name,
        Slug = environment.Slug,
        Url = environment.Url,
        Action = environment.Action,
        OnStop = environment.OnStop,
        AutoStopIn = environment.AutoStopIn,
        DeploymentTier = environment.Tier,
    };
}
