namespace Gantry.Executors.Kubernetes.Settings;

/// <summary><c>[[runners.kubernetes.services]]</c>.</summary>
public sealed record KubernetesService
{
    public required string Name { get; init; }
    public string Alias { get; init; } = "";
    public IReadOnlyList<string> Command { get; init; } = [];
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary><c>KEY=VALUE</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];
}
