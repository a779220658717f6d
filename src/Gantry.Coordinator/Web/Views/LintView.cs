using Gantry.Coordinator.Store;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Problems;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The editor of a configuration: checked while one types, and committed.</summary>
internal sealed record LintView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required string Content { get; init; }

    /// <summary>The commit that the content was read from; empty for none.</summary>
    public string Head { get; init; } = "";

    /// <summary>As typed; null for the usual one.</summary>
    public string? Branch { get; init; }

    /// <summary>As typed; null for the usual one.</summary>
    public string? Message { get; init; }

    /// <summary>Why the commit was refused.</summary>
    public string? Error { get; init; }

    /// <summary>Null before anything was checked.</summary>
    public LintResult? Result { get; init; }
}

/// <param name="Valid">A pipeline can be made of it.</param>
/// <param name="Errors">What is wrong, with places.</param>
/// <param name="Warnings">What is noteworthy.</param>
/// <param name="Pipeline">The pipeline it would make; null when invalid or empty.</param>
internal sealed record LintResult(bool Valid, IReadOnlyList<Problem> Errors, IReadOnlyList<Problem> Warnings, PipelineModel? Pipeline);
