using System.Text.RegularExpressions;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary>Names that Kubernetes takes (RFC 1123).</summary>
internal static partial class DnsName
{
    private const int LongestLabel = 63;
    private const int LongestSubdomain = 253;

    public static bool IsLabel(string text) => text.Length <= LongestLabel && Label().IsMatch(text);

    public static bool IsSubdomain(string text) => text.Length <= LongestSubdomain && Subdomain().IsMatch(text);

    [GeneratedRegex(@"\A[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"\A[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Subdomain();
}
