using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The list of projects.</summary>
internal sealed record ProjectsView
{
    public required PageScope Scope { get; init; }

    public required IReadOnlyList<ProjectItem> Projects { get; init; }

    public required PagerView Pager { get; init; }

    public string Search { get; init; } = "";
}

/// <param name="Project">The project.</param>
/// <param name="Latest">Its newest pipeline.</param>
internal sealed record ProjectItem(ProjectRow Project, PipelineRow? Latest);

/// <summary>Where one is in a long list.</summary>
/// <param name="Page">From 1.</param>
/// <param name="Pages">How many; 0 for an empty list.</param>
/// <param name="Address">Path and query without the page, ending in <c>?</c> or <c>&amp;</c>.</param>
internal sealed record PagerView(PageScope Scope, long Page, long Pages, string Address);
