using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Entries;

/// <summary>A whole configuration, read and checked keyword by keyword.</summary>
internal sealed record ConfigurationEntry
{
    /// <summary>With <c>.pre</c> first and <c>.post</c> last.</summary>
    public required IReadOnlyList<string> Stages { get; init; }

    public required WorkflowEntry Workflow { get; init; }

    public required IReadOnlyList<Variable> Variables { get; init; }

    public required IReadOnlyList<JobEntry> Jobs { get; init; }
}
