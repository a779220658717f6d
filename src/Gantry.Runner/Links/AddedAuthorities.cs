using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Gantry.Runner.Links;

/// <summary>
/// Trust of one server: the system's authorities and, besides them, those of the configured file. As in the official
/// runner any certificate of the file is an anchor, also one that is no root.
/// </summary>
internal sealed class AddedAuthorities(X509Certificate2Collection anchors)
{
    /// <summary>For <see cref="SslClientAuthenticationOptions.RemoteCertificateValidationCallback"/>.</summary>
    public bool Accept(object sender, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        // A wrong name or a missing certificate is nobody's authority to forgive.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf || anchors.Count == 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(anchors);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        if (presented is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainElements.Select(e => e.Certificate).ToArray());
        }

        // The flag lets a chain end at an anchor that is not self-signed; an anchor must then be in it.
        return chain.Build(leaf) && chain.ChainElements.Any(e => anchors.Any(a => Same(a, e.Certificate)));
    }

    private static bool Same(X509Certificate2 one, X509Certificate2 other) => one.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span);
}
