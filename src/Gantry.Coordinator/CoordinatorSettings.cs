using Gantry.Pipelines.Includes;

namespace Gantry.Coordinator;

/// <summary>What a coordinator is started with.</summary>
public sealed record CoordinatorSettings
{
    /// <summary>Where everything is kept; made when missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Address to listen on, for example <c>http://127.0.0.1:8929</c>; port 0 takes a free one.</summary>
    public required string ListenUrl { get; init; }

    /// <summary>
    /// The address that users, runners and jobs reach, without a trailing slash: part of clone addresses and predefined
    /// variables. Null: the address listened on.
    /// </summary>
    public string? ExternalUrl { get; init; }

    /// <summary>Name of the owner made at the first start.</summary>
    public string OwnerName { get; init; } = "root";

    /// <summary>Largest artifact in bytes; 100 MiB as in GitLab.</summary>
    public long ArtifactLimit { get; init; } = 100L * 1024 * 1024;

    /// <summary>Largest log of a job in bytes; 100 MiB as in GitLab.</summary>
    public long TraceLimit { get; init; } = 100L * 1024 * 1024;

    /// <summary>Largest cache archive in bytes.</summary>
    public long CacheLimit { get; init; } = 5L * 1024 * 1024 * 1024;

    /// <summary>How long a runner's request for a job is held open when there is none.</summary>
    public TimeSpan LongPoll { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>
    /// Whoever reaches the pages on this machine acts as the owner, for a private trial (<c>--no-auth</c>). Only with a loopback
    /// <see cref="ListenUrl"/>; git and the API ask for tokens all the same.
    /// </summary>
    public bool NoAuth { get; init; }

    /// <summary>PEM file with the certificate and its chain; set together with <see cref="TlsKey"/>. Null: plain HTTP.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM file with the certificate's private key.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Where includes come from that this server does not have; null for nowhere.</summary>
    public IIncludeSource? Includes { get; init; }

    /// <summary>The data directory is thrown away at the end of the process: nothing is waited for until it is on the disk.</summary>
    public bool Ephemeral { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What cannot be used together; empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (!Uri.TryCreate(ListenUrl, UriKind.Absolute, out var address))
        {
            yield return $"{ListenUrl} is no address to listen on; give host and port, for example 127.0.0.1:8929";
        }
        else if (NoAuth && !address.IsLoopback)
        {
            yield return $"--no-auth makes everybody who reaches {address.Authority} the owner: it is allowed on a loopback address only, for example --listen 127.0.0.1:8929";
        }

        if (ExternalUrl is { } external && !(Uri.TryCreate(external, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            yield return $"--external-url must begin with http:// or https://, not {external}";
        }

        if ((TlsCertificate is null) != (TlsKey is null))
        {
            yield return "--tls-cert and --tls-key go together: give both, or neither";
        }
    }
}
