namespace Gantry.Pipelines;

/// <summary>What <see cref="PipelineForm"/> found.</summary>
public sealed record PipelineQuestions(IReadOnlyList<InputQuestion> Inputs, IReadOnlyList<VariableQuestion> Variables)
{
    public static PipelineQuestions None { get; } = new([], []);
}

/// <summary>One of <c>spec:inputs</c>.</summary>
public sealed record InputQuestion
{
    public required string Name { get; init; }

    /// <summary><c>string</c>, <c>number</c>, <c>boolean</c> or <c>array</c>.</summary>
    public required string Type { get; init; }

    /// <summary>As text; lists as JSON. Empty when there is none.</summary>
    public required string Default { get; init; }

    public required bool IsRequired { get; init; }

    /// <summary>Empty for any value.</summary>
    public required IReadOnlyList<string> Options { get; init; }

    public required string Description { get; init; }
}

/// <summary>A variable of the top level that has a <c>description</c>.</summary>
public sealed record VariableQuestion(string Key, string Value, string Description, IReadOnlyList<string> Options);
