using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Variables;

namespace Gantry.Coordinator.Local;

/// <summary>The pipeline that is wanted.</summary>
public sealed record LocalOrder
{
    /// <summary>Branch or tag, short name.</summary>
    public required string Reference { get; init; }

    public bool IsTag { get; init; }
    public required string Sha { get; init; }

    /// <summary>Where the commit comes from: what it knows of the commit is not asked again. Null when nothing is known.</summary>
    public WorkTree? Tree { get; init; }

    /// <summary>The commit before the push; null for a new branch.</summary>
    public string? Before { get; init; }

    /// <summary>One of <see cref="PipelineSources"/>.</summary>
    public required string Source { get; init; }

    /// <summary>Given for this pipeline: the highest precedence.</summary>
    public IReadOnlyList<LocalVariable> Variables { get; init; } = [];

    public IReadOnlyDictionary<string, InputValue> Inputs { get; init; } = new Dictionary<string, InputValue>();
    public MergeRequestFacts? MergeRequest { get; init; }

    /// <summary>Takes part of the pipeline; what it throws is <see cref="SelectionException"/>.</summary>
    public Func<PipelineModel, PipelineModel>? Select { get; init; }
}

/// <summary>The wanted part is not there; the message names what is.</summary>
public sealed class SelectionException(string message) : Exception(message);

/// <summary>What became of a <see cref="LocalOrder"/>.</summary>
public abstract record LocalCreation
{
    private LocalCreation()
    {
    }

    public sealed record Created(long PipelineId) : LocalCreation;

    /// <param name="Reason"><c>config_error</c>, <c>filtered_by_workflow_rules</c> or <c>filtered_by_rules</c>.</param>
    /// <param name="Messages">GitLab's sentences.</param>
    /// <param name="Problems">With their places; may be empty.</param>
    public sealed record Refused(string Reason, IReadOnlyList<string> Messages, IReadOnlyList<Problem> Problems) : LocalCreation;
}
