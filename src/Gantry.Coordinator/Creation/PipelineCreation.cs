using Gantry.Coordinator.Store;
using Gantry.Pipelines.Problems;

namespace Gantry.Coordinator.Creation;

/// <summary>What became of a <see cref="PipelineOrder"/>.</summary>
internal abstract record PipelineCreation
{
    private PipelineCreation()
    {
    }

    /// <summary>It exists: with jobs, skipped, or failed with its errors kept.</summary>
    public sealed record Created(PipelineRow Pipeline) : PipelineCreation;

    /// <summary>There is none, and why; the messages are GitLab's.</summary>
    public sealed record Refused(IReadOnlyList<string> Messages) : PipelineCreation
    {
        public string Text => string.Join(", ", Messages);

        /// <summary><c>config_error</c>, <c>filtered_by_workflow_rules</c> or <c>filtered_by_rules</c>.</summary>
        public string Reason { get; init; } = "config_error";

        public IReadOnlyList<Problem> Problems { get; init; } = [];
    }
}
