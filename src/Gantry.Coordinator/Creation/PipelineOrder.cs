using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;

namespace Gantry.Coordinator.Creation;

/// <summary>A pipeline that somebody or something wants.</summary>
internal sealed record PipelineOrder
{
    public required ProjectRow Project { get; init; }
    public required UserRow User { get; init; }
    public required RefHead Head { get; init; }

    /// <summary>The commit of <see cref="Head"/> where it is known already; null to look it up.</summary>
    public GitCommit? Commit { get; init; }

    /// <summary>The commit before a push; null when there is none.</summary>
    public string? Before { get; init; }

    /// <summary>One of <see cref="Pipelines.Variables.PipelineSources"/>.</summary>
    public required string Source { get; init; }

    public IReadOnlyList<VariableRow> Variables { get; init; } = [];
    public IReadOnlyDictionary<string, InputValue> Inputs { get; init; } = new Dictionary<string, InputValue>();

    /// <summary>A wrong configuration is kept as a failed pipeline, as after a push; otherwise it is only told.</summary>
    public bool KeepErrors { get; init; }

    /// <summary><c>[skip ci]</c> in the commit's message counts, and so does the push option.</summary>
    public bool MaySkip { get; init; }

    /// <summary>Asked to be skipped by the push option <c>ci.skip</c>.</summary>
    public bool Skip { get; init; }

    /// <summary>Text to take in place of the configuration file: a child's.</summary>
    public string? Configuration { get; init; }

    /// <summary>The bridge that asks for it; null for a root.</summary>
    public JobRow? Upstream { get; init; }

    /// <summary>Of the schedule that starts it.</summary>
    public string? ScheduleDescription { get; init; }

    /// <summary>The merge request it is for; the head is its source branch then.</summary>
    public MergeRequestFacts? MergeRequest { get; init; }

    /// <summary>Takes part of the pipeline before it is kept; null for all of it.</summary>
    public Func<PipelineModel, PipelineModel>? Select { get; init; }

    /// <summary>Started with a trigger token.</summary>
    public bool Triggered { get; init; }
}
