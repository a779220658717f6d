namespace Gantry.Executors.Images;

/// <summary>One <c>[[runners.docker.services]]</c> or <c>[[runners.kubernetes.services]]</c> (official-cli-config §2.5.8).</summary>
public sealed record ServiceSettings
{
    /// <summary>The image; job variables are expanded.</summary>
    public required string Name { get; init; }

    /// <summary>Further host names, divided by spaces or commas; expanded.</summary>
    public string Alias { get; init; } = "";

    public IReadOnlyList<string> Command { get; init; } = [];
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary><c>KEY=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];
}
