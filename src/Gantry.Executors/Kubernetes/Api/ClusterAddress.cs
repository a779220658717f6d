using Gantry.Engine;

namespace Gantry.Executors.Kubernetes.Api;

/// <summary>Where a cluster's API is, and who asks.</summary>
internal sealed record ClusterAddress
{
    public required Uri Server { get; init; }

    /// <summary>Where this was found, for people: <c>[runners.kubernetes] host</c>, <c>the pod's service account</c>, a file.</summary>
    public required string Source { get; init; }

    /// <summary>PEM of the authorities that the server's certificate must come from; empty: those of this machine.</summary>
    public string Authorities { get; init; } = "";

    /// <summary>PEM; empty: none.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>PEM of the certificate's key.</summary>
    public Secret Key { get; init; }

    public Secret Token { get; init; }

    /// <summary>A file with the token, which is changed from time to time; empty: none.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>Name and password, for servers of old.</summary>
    public (string User, Secret Password)? Login { get; init; }

    /// <summary>Whoever answers is believed to be the server.</summary>
    public bool Insecure { get; init; }

    /// <summary>The name that the certificate must have, when it is not the address's; empty: the address's.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>A proxy of the kubeconfig file; empty: what the process's environment says.</summary>
    public string Proxy { get; init; } = "";

    public override string ToString() => $"{Server} ({Source})";
}
