using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Views;

/// <summary>A small button that posts.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Address">Where to; the answer leads back to the page.</param>
/// <param name="Label">What it does, for screen readers and as its title.</param>
/// <param name="Icon">What is seen.</param>
/// <param name="Confirm">A question to ask first, or null.</param>
internal sealed record ActView(PageScope Scope, string Address, string Label, IHtmlContent Icon, string? Confirm = null);

/// <summary>A stage as one icon that opens the list of its jobs.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Project">The project.</param>
/// <param name="Stage">The stage.</param>
/// <param name="Id">Unique in the page.</param>
internal sealed record MiniStageView(PageScope Scope, Store.ProjectRow Project, StageView Stage, string Id);

/// <summary>The button of a job's next step: retry, cancel or start; nothing when there is none.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Project">The project.</param>
/// <param name="Job">The job.</param>
internal sealed record JobActView(PageScope Scope, Store.ProjectRow Project, Store.JobRow Job);
