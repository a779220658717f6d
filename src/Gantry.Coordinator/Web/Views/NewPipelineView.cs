using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;
using Gantry.Pipelines;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The form that runs a pipeline, with what was typed and why it was refused.</summary>
internal sealed record NewPipelineView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required IReadOnlyList<RefHead> Heads { get; init; }

    public required string Ref { get; init; }

    public required IReadOnlyList<VariableField> Variables { get; init; }

    public IReadOnlyList<InputField> Inputs { get; init; } = [];

    public IReadOnlyList<string> Errors { get; init; } = [];
}

/// <summary>An input in the form.</summary>
/// <param name="Question">What is asked.</param>
/// <param name="Value">What is typed.</param>
internal sealed record InputField(InputQuestion Question, string Value)
{
    public string Name => NameOf(Question);

    public IReadOnlyList<string> Choices => Question is { Type: "boolean", Options.Count: 0 } ? ["true", "false"] : Question.Options;

    /// <summary>Only a text may be empty; for others that means the default.</summary>
    public bool IsGiven => Value.Length > 0 || (Question is { Type: "string", IsRequired: false, Options.Count: 0 } && Question.Default.Length > 0);

    public static string NameOf(InputQuestion question) => $"input[{question.Name}]";
}
