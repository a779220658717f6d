using Gantry.Pipelines.Expressions;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Inputs;

/// <summary>One of <c>spec:inputs</c>.</summary>
internal sealed record InputDefinition
{
    public required string Name { get; init; }

    /// <summary><c>string</c>, <c>number</c>, <c>boolean</c> or <c>array</c>.</summary>
    public string Type { get; init; } = "string";

    /// <summary>Null: the input must be given.</summary>
    public InputValue? Default { get; init; }

    public IReadOnlyList<InputValue>? Options { get; init; }

    public string? Regex { get; init; }

    public string? Description { get; init; }

    public IReadOnlyList<InputRule> Rules { get; init; } = [];

    public required Mark Mark { get; init; }
}

/// <summary>The first rule whose condition holds gives options and default.</summary>
internal sealed record InputRule(Expression? If, IReadOnlyList<InputValue>? Options, InputValue? Default);

/// <summary>The header of a file.</summary>
internal sealed record FileSpec
{
    public IReadOnlyList<InputDefinition> Inputs { get; init; } = [];

    /// <summary>What <c>$[[ component.x ]]</c> may name.</summary>
    public IReadOnlyList<string> Component { get; init; } = [];

    /// <summary><c>spec:include</c>: files with more inputs.</summary>
    public YamlNode? Include { get; init; }

    public string? Description { get; init; }
}
