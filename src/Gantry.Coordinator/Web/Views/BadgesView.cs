using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The small words beside a pipeline: where it comes from and what is odd about it.</summary>
internal sealed record BadgesView(PageScope Scope, PipelineRow Pipeline, bool Latest);
