using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>A folder of a job's artifacts.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Project">The project.</param>
/// <param name="Job">Whose artifacts.</param>
/// <param name="Folder">Without slashes around it; empty for the root.</param>
/// <param name="Items">Folders first.</param>
internal sealed record ArtifactsView(PageScope Scope, ProjectRow Project, JobRow Job, string Folder, IReadOnlyList<ZipItem> Items);
