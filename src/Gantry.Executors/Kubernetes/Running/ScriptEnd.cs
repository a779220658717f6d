namespace Gantry.Executors.Kubernetes.Running;

/// <summary>How a script in a pod ended.</summary>
/// <param name="Code">Its own, when <paramref name="Why"/> is null.</param>
/// <param name="Why">Something else ended it.</param>
internal sealed record ScriptEnd(int Code, PodEnd? Why)
{
    /// <summary>Others have its output.</summary>
    public bool IsHeld { get; init; }
}
