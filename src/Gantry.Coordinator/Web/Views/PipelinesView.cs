using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Parts;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The list of pipelines of a project.</summary>
internal sealed record PipelinesView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required IReadOnlyList<PipelineItem> Pipelines { get; init; }

    /// <summary>How many match, over all pages.</summary>
    public required long Total { get; init; }

    public required PagerView Pager { get; init; }

    /// <summary><c>finished</c>, <c>branches</c>, <c>tags</c>, or empty for all.</summary>
    public string Tab { get; init; } = "";

    public string Ref { get; init; } = "";

    public string Status { get; init; } = "";

    /// <summary>An address of this list with another tab.</summary>
    public string TabAddress(string tab) => WebPath.Pipelines(Project) + (tab.Length > 0 ? $"?scope={tab}" : "");
}

/// <summary>A pipeline as a row of a list.</summary>
internal sealed record PipelineItem
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required PipelineRow Pipeline { get; init; }

    public required IReadOnlyList<StageView> Stages { get; init; }

    /// <summary>Its user's name.</summary>
    public required string Creator { get; init; }

    /// <summary>The newest of its ref.</summary>
    public bool Latest { get; init; }

    public bool Retryable => Stages.Any(stage => stage.Jobs.Any(job => job.Status is CiStatus.Failed or CiStatus.Canceled));

    public bool Cancelable => !CiStatus.IsComplete(Pipeline.Status) && Stages.Any(stage => stage.Jobs.Any(job => CiStatus.IsCancelable(job.Status)));
}

/// <summary>The newest attempts of a stage's jobs.</summary>
/// <param name="Name">Name of the stage.</param>
/// <param name="Jobs">In the order of attention.</param>
/// <param name="Look">The composite status.</param>
internal sealed record StageView(string Name, IReadOnlyList<JobRow> Jobs, StatusLook Look)
{
    /// <summary>Only jobs that wait for somebody: they can be started together.</summary>
    public bool AllManual => Jobs.Count > 1 && Jobs.All(job => job.Status == CiStatus.Manual);
}
