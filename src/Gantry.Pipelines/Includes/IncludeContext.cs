using Gantry.Pipelines.Rules;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Includes;

/// <summary>Where a file comes from, which decides what its own includes mean.</summary>
/// <param name="Tree">Repository of <c>local</c>; null for files that belong to none (remote, template, artifact).</param>
/// <param name="Project">Path of that project.</param>
/// <param name="Facts">For <c>include:rules</c>; null without a repository.</param>
/// <param name="Variables">Visible to the includes; null below remote files and templates.</param>
internal sealed record IncludeContext(IRepositoryTree? Tree, string? Project, RepositoryFacts? Facts, VariableScope? Variables)
{
    public static readonly IncludeContext Nowhere = new(null, null, null, null);

    public string Expand(string text) => Variables?.Expand(text) ?? text;
}

/// <summary>A file that was fetched, before it is read.</summary>
internal sealed record FetchedFile
{
    /// <summary>As messages name it.</summary>
    public required string Name { get; init; }

    public required string Text { get; init; }

    public required IncludeContext Context { get; init; }

    public IReadOnlyDictionary<string, InputValue> Inputs { get; init; } = new Dictionary<string, InputValue>();

    /// <summary>Fields of <c>$[[ component.x ]]</c>.</summary>
    public IReadOnlyDictionary<string, string>? Component { get; init; }

    /// <summary>Where the include stands; default for the root.</summary>
    public Yaml.Mark IncludedAt { get; init; }

    public bool IsRoot { get; init; }
}
