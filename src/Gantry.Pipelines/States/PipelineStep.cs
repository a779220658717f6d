namespace Gantry.Pipelines.States;

/// <summary>The state after an event.</summary>
/// <param name="State">Latest attempts only.</param>
/// <param name="Changes">In the order they happened, one for each job or attempt that differs from before.</param>
public sealed record PipelineStep(PipelineState State, IReadOnlyList<JobChange> Changes);
