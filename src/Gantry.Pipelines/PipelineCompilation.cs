using Gantry.Pipelines.Model;
using Gantry.Pipelines.Problems;

namespace Gantry.Pipelines;

/// <summary>What became of a <see cref="PipelineRequest"/>.</summary>
public abstract record PipelineCompilation
{
    private PipelineCompilation()
    {
    }

    /// <summary>Does not hinder the pipeline.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];

    /// <summary>Jobs of the configuration that are not in the pipeline, and why; empty when the configuration is wrong.</summary>
    public IReadOnlyList<LeftOutJob> LeftOut { get; init; } = [];

    public sealed record Created(PipelineModel Pipeline) : PipelineCompilation;

    /// <summary>The configuration is wrong. GitLab stores a failed pipeline without jobs, failure reason <c>config_error</c>.</summary>
    /// <param name="Problems">All of them, at least one.</param>
    public sealed record Rejected(IReadOnlyList<Problem> Problems) : PipelineCompilation
    {
        /// <summary>The messages as <c>yaml_errors</c> holds them.</summary>
        public string YamlErrors => string.Join(", ", Problems.Select(problem => problem.Message).Distinct());
    }

    /// <summary>Nothing is wrong and there is no pipeline.</summary>
    public sealed record Filtered(FilterReason Reason) : PipelineCompilation
    {
        /// <summary>Which workflow rule is why; null when no job is left.</summary>
        public string? Detail { get; init; }

        /// <summary>GitLab's sentence.</summary>
        public string Message => Reason == FilterReason.WorkflowRules
            ? "The pipeline did not run. Review the workflow:rules configuration for the pipeline."
            : "The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs.";
    }
}

/// <summary>Why there is no pipeline.</summary>
public enum FilterReason
{
    /// <summary><c>filtered_by_workflow_rules</c></summary>
    WorkflowRules,

    /// <summary><c>filtered_by_rules</c>: no job is left.</summary>
    Rules,
}
