using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Graphs;
using Gantry.Coordinator.Web.Logs;

namespace Gantry.Coordinator.Web.Views;

/// <summary>One of the tabs of a pipeline's page.</summary>
internal enum PipelineTab
{
    Graph,
    Needs,
    Jobs,
    Failures,
    Tests,
    Timing,
}

/// <summary>A pipeline's page.</summary>
internal sealed record PipelineView
{
    public required PipelineItem Item { get; init; }

    public required PipelineTab Tab { get; init; }

    /// <summary>The jobs that failed, on their tab with the ends of their logs.</summary>
    public required IReadOnlyList<FailedJob> Failures { get; init; }

    /// <summary>All attempts, for the jobs tab.</summary>
    public required IReadOnlyList<JobRow> Jobs { get; init; }

    /// <summary>On their tab, the jobs as a graph of what waits for what.</summary>
    public IReadOnlyList<PlacedNode> Nodes { get; init; } = [];

    /// <summary>A job says what it needs, so that stages do not tell the whole order.</summary>
    public bool HasNeeds { get; init; }

    /// <summary>The tests that jobs reported.</summary>
    public IReadOnlyList<(TestSuite Suite, JobRow? Job)> Suites { get; init; } = [];

    /// <summary>The pipeline that started this one.</summary>
    public PipelineRow? Parent { get; init; }

    /// <summary>Pipelines that this one started.</summary>
    public IReadOnlyList<PipelineRow> Children { get; init; } = [];

    /// <summary>Seconds the first job waited for a runner; null before it started.</summary>
    public double? Queued { get; init; }
}

/// <param name="Job">The job.</param>
/// <param name="Tail">The last lines of its log.</param>
internal sealed record FailedJob(JobRow Job, IReadOnlyList<LogLine> Tail);

/// <summary>A job in the graph.</summary>
internal sealed record PillView(PageScope Scope, ProjectRow Project, JobRow Job);
