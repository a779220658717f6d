namespace Gantry.Executors.Kubernetes;

/// <summary>What the executor takes from the process's surroundings. The composition root reads it; nothing here asks the environment.</summary>
public sealed record KubernetesSurroundings
{
    /// <summary><c>KUBERNETES_SERVICE_HOST</c>: set in every pod.</summary>
    public string ServiceHost { get; init; } = "";

    /// <summary><c>KUBERNETES_SERVICE_PORT</c>.</summary>
    public string ServicePort { get; init; } = "";

    /// <summary>Where a pod finds its token and the cluster's authority.</summary>
    public string ServiceAccountFolder { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary><c>KUBECONFIG</c>: files, divided by colons.</summary>
    public string KubeConfig { get; init; } = "";

    /// <summary>Of the runner's user: holds <c>.kube/config</c> and <c>.docker/config.json</c>. Null when unknown.</summary>
    public string? HomeFolder { get; init; }

    /// <summary>Identifies the runner process over restarts: every pod carries it, and the sweep looks for it. Empty for none.</summary>
    public string OwnerId { get; init; } = "";

    /// <summary>Identifies this process among those with the same <see cref="OwnerId"/>: the sweep leaves its pods alone.</summary>
    public string ProcessId { get; init; } = "";

    /// <summary>A folder of the runner's own (0700) that outlives jobs: mirrors and checkouts.</summary>
    public required string StateFolder { get; init; }
}
