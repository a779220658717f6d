using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Coordinator.Store;
using Gantry.Protocol.Runners;

namespace Gantry.Coordinator.Queue;

/// <summary>Reads what a runner offers as the door to its job; what cannot be a door is as good as none.</summary>
internal static class TerminalOffer
{
    private const int LongestUrl = 2048;
    private const int LongestCertificate = 32 * 1024;
    private const int LongestToken = 1024;

    public static JobTerminalRow? Read(SessionOffer? offer) =>
        offer is { Url: { Length: > 0 and <= LongestUrl } url, Authorization: { Length: > 0 and <= LongestToken } token }
            && Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "https", UserInfo: "", Query: "", Fragment: "" }
            && token.All(character => character is > ' ' and <= '~')
            && IsCertificate(offer.Certificate ?? "")
                ? new JobTerminalRow(url.TrimEnd('/'), offer.Certificate ?? "", token)
                : null;

    private static bool IsCertificate(string pem)
    {
        if (pem.Length is 0 or > LongestCertificate)
        {
            return pem.Length == 0;
        }

        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
