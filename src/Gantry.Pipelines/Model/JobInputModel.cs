using Gantry.Pipelines.Includes;

namespace Gantry.Pipelines.Model;

/// <summary>One of a job's <c>inputs</c>, expanded by the runner in <c>${{ job.inputs.name }}</c>.</summary>
public sealed record JobInputModel
{
    public required string Name { get; init; }

    /// <summary><c>string</c>, <c>number</c>, <c>boolean</c> or <c>array</c>.</summary>
    public string Type { get; init; } = "string";

    public required InputValue Default { get; init; }

    public IReadOnlyList<InputValue> Options { get; init; } = [];

    public string? Regex { get; init; }

    public string? Description { get; init; }
}

/// <summary>A <c>pages</c> job: its publish folder is in the artifact paths already.</summary>
public sealed record PagesModel(string Publish, string? PathPrefix, string? ExpireIn);
