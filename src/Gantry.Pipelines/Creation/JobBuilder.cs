using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Rules;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Creation;

/// <summary>Writes the job that a draft and its matching rule decide.</summary>
internal static class JobBuilder
{
    public static JobModel Build(JobDraft draft, RepositoryFacts facts)
    {
        var entry = draft.Instance.Entry;
        var inherited = entry.Inheritable;
        var rule = draft.Rule;
        var scope = draft.Scope;
        var before = inherited.BeforeScript ?? [];
        return new JobModel
        {
            Name = draft.Instance.Name,
            BaseName = entry.Name,
            Stage = entry.Stage,
            StageIndex = 0,
            When = rule?.When ?? entry.When ?? JobWhen.OnSuccess,
            StartIn = rule?.When is null ? entry.StartIn : rule.StartIn,
            AllowFailure = AllowsFailure(entry, rule),
            AllowFailureExitCodes = rule?.AllowFailure is null ? entry.AllowFailureExitCodes : [],
            IsDag = rule?.Needs is not null || entry.Needs is { Bridge: null },
            CrossNeeds = entry.Needs?.Cross ?? [],
            Tags = [.. (inherited.Tags ?? []).Select(scope.Expand)],
            Image = inherited.Image,
            Services = inherited.Services ?? [],
            Script = entry.IsBridge || entry.RunJson is not null ? [] : [.. before, .. entry.Script],
            BeforeScriptLines = entry.IsBridge || entry.RunJson is not null ? 0 : before.Count,
            AfterScript = inherited.AfterScript ?? [],
            RunJson = entry.RunJson,
            Hooks = inherited.Hooks ?? new Dictionary<string, IReadOnlyList<string>>(),
            Variables = [.. draft.Yaml.Values],
            Artifacts = Artifacts(inherited.Artifacts, entry.Pages),
            Caches = CacheKeys.Resolve(inherited.Caches, facts),
            Retry = inherited.Retry ?? RetryModel.None,
            Timeout = inherited.Timeout,
            Interruptible = rule?.Interruptible ?? inherited.Interruptible,
            ResourceGroup = entry.ResourceGroup is null ? null : scope.Expand(entry.ResourceGroup),
            Environment = EnvironmentNames.Expand(entry.Environment, draft.EnvironmentName, scope),
            Coverage = entry.Coverage,
            Parallel = draft.Instance.Parallel,
            IdTokens = inherited.IdTokens ?? [],
            Secrets = entry.Secrets,
            Release = entry.Release,
            Trigger = Trigger(entry.Trigger, draft),
            MirroredProject = entry.Needs?.Bridge is null ? null : scope.Expand(entry.Needs.Bridge),
            Inputs = entry.Inputs,
            Pages = entry.Pages,
            ManualConfirmation = entry.ManualConfirmation,
        };
    }

    // A job written as manual may fail; one made manual by its rule holds the pipeline.
    private static bool AllowsFailure(JobEntry entry, RuleEntry? rule) => rule?.AllowFailure ?? entry.AllowsFailure;

    private static ArtifactsModel? Artifacts(ArtifactsModel? artifacts, PagesModel? pages)
    {
        if (pages is null)
        {
            return artifacts;
        }

        artifacts ??= new ArtifactsModel();
        return artifacts.Paths.Contains(pages.Publish) ? artifacts : artifacts with { Paths = [.. artifacts.Paths, pages.Publish] };
    }

    private static TriggerModel? Trigger(TriggerEntry? entry, JobDraft draft)
    {
        if (entry is null)
        {
            return null;
        }

        TriggerModel trigger = entry.Include is { } include
            ? new TriggerModel.Child(new InputValue.Map([KeyValuePair.Create("include", include.ToValue())]).ToJson()) { ArtifactJobs = ArtifactJobs(include) }
            : new TriggerModel.Project(draft.Scope.Expand(entry.Project ?? ""), entry.Branch is null ? null : draft.Scope.Expand(entry.Branch))
            {
                Inputs = (entry.Inputs?.Entries ?? []).ToDictionary(input => input.Key.Text, input => input.Value.ToValue()),
            };
        return trigger with
        {
            Strategy = entry.Strategy,
            ForwardYamlVariables = entry.ForwardYamlVariables,
            ForwardPipelineVariables = entry.ForwardPipelineVariables,
        };
    }

    private static List<string> ArtifactJobs(YamlNode include) =>
    [
        .. (include is YamlList list ? list.Items : [include]).OfType<YamlMap>()
            .Where(map => map.Has("artifact")).Select(map => map["job"]?.AsText).OfType<string>(),
    ];
}
