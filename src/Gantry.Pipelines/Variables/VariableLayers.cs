namespace Gantry.Pipelines.Variables;

/// <summary>Variables from outside the YAML, in the order of their precedence, lowest first.</summary>
public sealed record VariableLayers
{
    public IReadOnlyList<Variable> Instance { get; init; } = [];

    /// <summary>All groups' variables, those of the outermost group first.</summary>
    public IReadOnlyList<Variable> Groups { get; init; } = [];

    public IReadOnlyList<Variable> Project { get; init; } = [];

    /// <summary>Given for this pipeline: API, web, trigger, forwarded from upstream.</summary>
    public IReadOnlyList<Variable> Pipeline { get; init; } = [];

    public IReadOnlyList<Variable> Schedule { get; init; } = [];
}
