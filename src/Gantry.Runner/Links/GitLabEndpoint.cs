using Gantry.Engine;

namespace Gantry.Runner.Links;

/// <summary>
/// A server as one runner entry sees it. Two entries with an equal endpoint share connections and the
/// <c>last_update</c> value (official-job-protocol §1.1).
/// </summary>
public sealed record GitLabEndpoint
{
    /// <summary>As configured; see <see cref="GitLabAddress"/> for what becomes of it.</summary>
    public required string Url { get; init; }

    /// <summary>The runner's authentication token, or a registration token while registering.</summary>
    public required Secret Token { get; init; }

    public string? TlsCaFile { get; init; }
    public string? TlsCertFile { get; init; }
    public string? TlsKeyFile { get; init; }

    /// <summary>Where <c>HOST.crt</c>, <c>HOST.auth.crt</c> and <c>HOST.auth.key</c> are looked for; null: nowhere.</summary>
    public string? CertificatesFolder { get; init; }

    /// <summary>How long a pooled connection is kept; zero or less: as long as it lives.</summary>
    public TimeSpan ConnectionMaxAge { get; init; } = TimeSpan.FromMinutes(15);
}
