using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>A stage as a column of the graph.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Project">The project.</param>
/// <param name="Stage">The stage; its jobs are ordered here by name.</param>
/// <param name="Pipeline">Address of the pipeline.</param>
internal sealed record StageColumnView(PageScope Scope, ProjectRow Project, StageView Stage, string Pipeline)
{
    /// <summary>Jobs of one <c>parallel</c> together, by the name they share.</summary>
    public IReadOnlyList<IGrouping<string, JobRow>> Groups { get; } =
        [.. Stage.Jobs.OrderBy(job => job.Name, NaturalOrder.Instance).GroupBy(job => JobGroup.NameOf(job.Name))];
}
