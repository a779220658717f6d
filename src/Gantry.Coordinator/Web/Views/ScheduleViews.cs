using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The schedules of a project.</summary>
internal sealed record SchedulesView(PageScope Scope, ProjectRow Project, IReadOnlyList<ScheduleItem> Schedules);

/// <param name="Schedule">The schedule.</param>
/// <param name="Owner">In whose name it runs.</param>
/// <param name="Last">The pipeline it started last.</param>
internal sealed record ScheduleItem(ScheduleRow Schedule, string Owner, PipelineRow? Last);

/// <summary>The form of a schedule.</summary>
internal sealed record ScheduleFormView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    /// <summary>With id 0 before it is kept.</summary>
    public required ScheduleRow Typed { get; init; }

    public required IReadOnlyList<VariableField> Variables { get; init; }

    public required IReadOnlyList<RefHead> Heads { get; init; }

    /// <summary>Names of time zones.</summary>
    public required IReadOnlyList<string> Zones { get; init; }

    public required IReadOnlyList<string> Errors { get; init; }
}
