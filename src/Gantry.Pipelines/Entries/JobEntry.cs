using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>A visible job as written, its keywords read and checked, defaults taken.</summary>
internal sealed record JobEntry
{
    public required string Name { get; init; }

    public required YamlMap Node { get; init; }

    /// <summary>Where the name stands, for messages about the job as a whole.</summary>
    public required YamlScalar NameNode { get; init; }

    public bool IsBridge { get; init; }

    public required string Stage { get; init; }

    public YamlNode? StageNode { get; init; }

    public IReadOnlyList<string> Script { get; init; } = [];

    public string? RunJson { get; init; }

    public JobWhen? When { get; init; }

    public TimeSpan? StartIn { get; init; }

    /// <summary>Null when not said; false with exit codes.</summary>
    public bool? AllowFailure { get; init; }

    public IReadOnlyList<int> AllowFailureExitCodes { get; init; } = [];

    public IReadOnlyList<RuleEntry>? Rules { get; init; }

    public PolicyEntry? Only { get; init; }

    public PolicyEntry? Except { get; init; }

    public NeedsEntry? Needs { get; init; }

    public IReadOnlyList<string>? Dependencies { get; init; }

    public IReadOnlyList<Variable> Variables { get; init; } = [];

    public InheritEntry Inherit { get; init; } = InheritEntry.Everything;

    /// <summary>With the defaults that the job takes.</summary>
    public required InheritableEntry Inheritable { get; init; }

    public EnvironmentEntry? Environment { get; init; }

    public ParallelEntry? Parallel { get; init; }

    public string? ResourceGroup { get; init; }

    public string? Coverage { get; init; }

    public ReleaseModel? Release { get; init; }

    public IReadOnlyList<SecretModel> Secrets { get; init; } = [];

    public IReadOnlyList<JobInputModel> Inputs { get; init; } = [];

    public PagesModel? Pages { get; init; }

    public string? ManualConfirmation { get; init; }

    public TriggerEntry? Trigger { get; init; }

    /// <summary>What <c>allow_failure</c> is outside of rules: a job written as manual may fail unless it says otherwise.</summary>
    public bool AllowsFailure => AllowFailure ?? (AllowFailureExitCodes.Count == 0 && When == JobWhen.Manual);
}
