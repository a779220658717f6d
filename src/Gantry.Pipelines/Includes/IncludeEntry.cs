using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Includes;

/// <summary>One entry of <c>include</c>, checked for its shape.</summary>
internal sealed record IncludeEntry
{
    /// <summary><c>local</c>, <c>project</c>, <c>remote</c>, <c>template</c>, <c>component</c> or <c>artifact</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Value of that key.</summary>
    public required string Location { get; init; }

    /// <summary>Of <c>project</c>; each counts by itself.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    public string? Ref { get; init; }

    /// <summary>Of <c>artifact</c>.</summary>
    public string? Job { get; init; }

    /// <summary>Of <c>remote</c>: <c>sha256-…</c>.</summary>
    public string? Integrity { get; init; }

    public IReadOnlyDictionary<string, InputValue> Inputs { get; init; } = new Dictionary<string, InputValue>();

    public IReadOnlyList<RuleEntry>? Rules { get; init; }

    public required Mark Mark { get; init; }
}
