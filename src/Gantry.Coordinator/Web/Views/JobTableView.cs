using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>A table of jobs.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Project">Their project.</param>
/// <param name="Jobs">In the order shown.</param>
internal sealed record JobTableView(PageScope Scope, ProjectRow Project, IReadOnlyList<JobRow> Jobs);

/// <summary>All jobs of a project.</summary>
internal sealed record JobsView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required IReadOnlyList<JobRow> Jobs { get; init; }

    public required PagerView Pager { get; init; }

    public string Status { get; init; } = "";
}
