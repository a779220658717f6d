using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The form that runs a pipeline, with what was typed and why it was refused.</summary>
internal sealed record NewPipelineView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required IReadOnlyList<RefHead> Heads { get; init; }

    public required string Ref { get; init; }

    public required IReadOnlyList<VariableField> Variables { get; init; }

    public IReadOnlyList<string> Errors { get; init; } = [];
}
