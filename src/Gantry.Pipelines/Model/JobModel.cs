using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Model;

/// <summary>
/// One job of a created pipeline. Instances of <c>parallel</c> are jobs of their own. Values that the runner expands
/// (image, cache keys and paths, artifacts) are as written; those that the server expands are expanded.
/// </summary>
public sealed record JobModel
{
    /// <summary>Unique in the pipeline; <c>job 1/2</c> and <c>job: [a, b]</c> for instances.</summary>
    public required string Name { get; init; }

    /// <summary>The name in the file, which instances share.</summary>
    public required string BaseName { get; init; }

    public required string Stage { get; init; }

    /// <summary>Position in <see cref="PipelineModel.Stages"/>.</summary>
    public required int StageIndex { get; init; }

    public JobWhen When { get; init; }

    public bool AllowFailure { get; init; }

    /// <summary>A failure with one of these counts as a warning. Empty: <see cref="AllowFailure"/> alone decides.</summary>
    public IReadOnlyList<int> AllowFailureExitCodes { get; init; } = [];

    /// <summary>Delay of a <see cref="JobWhen.Delayed"/> job.</summary>
    public TimeSpan? StartIn { get; init; }

    /// <summary>The job waits for <see cref="Needs"/> only, instead of for earlier stages.</summary>
    public bool IsDag { get; init; }

    /// <summary>Jobs of this pipeline that are waited for, optional ones that do not exist left out.</summary>
    public IReadOnlyList<NeedModel> Needs { get; init; } = [];

    /// <summary>Artifacts from elsewhere: <c>needs:pipeline</c> with a job, and <c>needs:project</c>.</summary>
    public IReadOnlyList<CrossNeedModel> CrossNeeds { get; init; } = [];

    /// <summary>Names whose artifacts are wanted; null: those of all earlier stages, or of the needs.</summary>
    public IReadOnlyList<string>? Dependencies { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public ImageModel? Image { get; init; }

    public IReadOnlyList<ServiceModel> Services { get; init; } = [];

    /// <summary><c>before_script</c> and <c>script</c>, flattened: one step for the runner. Empty for trigger and run jobs.</summary>
    public IReadOnlyList<string> Script { get; init; } = [];

    /// <summary>How many lines of <see cref="Script"/> come from <c>before_script</c>.</summary>
    public int BeforeScriptLines { get; init; }

    public IReadOnlyList<string> AfterScript { get; init; } = [];

    /// <summary><c>run:</c> as the JSON text that the runner receives instead of steps.</summary>
    public string? RunJson { get; init; }

    /// <summary>Name of the hook (<c>pre_get_sources_script</c>) to its lines.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Hooks { get; init; } = EmptyHooks;

    /// <summary>YAML variables: inherited top-level ones, the job's, matrix values, those of the matching rule; later wins, keys are unique.</summary>
    public IReadOnlyList<Variable> Variables { get; init; } = [];

    public ArtifactsModel? Artifacts { get; init; }

    public IReadOnlyList<CacheModel> Caches { get; init; } = [];

    public RetryModel Retry { get; init; } = RetryModel.None;

    public TimeSpan? Timeout { get; init; }

    /// <summary>Null when the job does not say; counts as false.</summary>
    public bool? Interruptible { get; init; }

    /// <summary>Expanded.</summary>
    public string? ResourceGroup { get; init; }

    public EnvironmentModel? Environment { get; init; }

    /// <summary>RE2 text without the slashes.</summary>
    public string? Coverage { get; init; }

    public ParallelModel? Parallel { get; init; }

    public IReadOnlyList<IdTokenModel> IdTokens { get; init; } = [];

    public IReadOnlyList<SecretModel> Secrets { get; init; } = [];

    public ReleaseModel? Release { get; init; }

    /// <summary>Present: this is a bridge job, which never goes to a runner.</summary>
    public TriggerModel? Trigger { get; init; }

    /// <summary><c>needs: {pipeline: group/project}</c> of a bridge that mirrors another project's pipeline.</summary>
    public string? MirroredProject { get; init; }

    public IReadOnlyList<JobInputModel> Inputs { get; init; } = [];

    public PagesModel? Pages { get; init; }

    /// <summary>Text to confirm before a manual job is played.</summary>
    public string? ManualConfirmation { get; init; }

    /// <summary>True when the job was written with <c>when: manual</c>, by itself or by its rule.</summary>
    public bool IsManual => When == JobWhen.Manual;

    private static readonly Dictionary<string, IReadOnlyList<string>> EmptyHooks = [];
}
