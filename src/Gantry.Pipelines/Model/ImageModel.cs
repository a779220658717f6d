using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Model;

/// <summary><c>image</c>. The runner expands variables in it.</summary>
public sealed record ImageModel
{
    public required string Name { get; init; }

    /// <summary>Null: the image's own. <c>[""]</c> keeps its empty element.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary><c>always</c>, <c>if-not-present</c>, <c>never</c>; empty: the runner's.</summary>
    public IReadOnlyList<string> PullPolicy { get; init; } = [];

    public string? DockerPlatform { get; init; }

    public string? DockerUser { get; init; }

    public string? KubernetesUser { get; init; }

    public IReadOnlyList<PortModel> Ports { get; init; } = [];
}

/// <summary>One item of <c>services</c>.</summary>
public sealed record ServiceModel
{
    /// <summary>Name, entrypoint, pull policy, options and ports.</summary>
    public required ImageModel Image { get; init; }

    /// <summary>As written: several aliases are separated by spaces or commas.</summary>
    public string? Alias { get; init; }

    public IReadOnlyList<string>? Command { get; init; }

    public IReadOnlyList<Variable> Variables { get; init; } = [];
}

/// <summary>A port of a web terminal.</summary>
public sealed record PortModel(int Number, string Protocol, string? Name);
