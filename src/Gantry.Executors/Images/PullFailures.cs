using Gantry.Protocol;

namespace Gantry.Executors.Images;

/// <summary>
/// Whose fault a failed pull is, read from the engine's words: it gives nothing else (a refused login comes as a status of
/// 500). The one place that decides by text. First group wins (official-executors §1.3).
/// </summary>
internal static class PullFailures
{
    private static readonly string[] Network =
    [
        "dial tcp", "connection refused", "no such host", "i/o timeout", "tls handshake", "client.timeout exceeded", "request canceled", "connection reset",
    ];

    private static readonly string[] Missing = ["not found", "manifest unknown"];

    private static readonly string[] Denied =
    [
        "pull access denied", "access to the resource is denied", "no basic auth credentials", "repository does not exist or may require",
        "unauthorized", "authentication required",
    ];

    public static FailureReason Classify(string message) =>
        Has(message, Network) ? FailureReason.RunnerExternalDependencyFailure
        : Has(message, Missing) || Has(message, Denied) ? FailureReason.RunnerConfigurationError
        : FailureReason.ImagePullFailure;

    /// <summary>The registry wants a login, another login, or does not say whether the image exists.</summary>
    public static bool IsDenied(string message) => Has(message, Denied);

    private static bool Has(string message, string[] parts) => parts.Any(part => message.Contains(part, StringComparison.OrdinalIgnoreCase));
}
