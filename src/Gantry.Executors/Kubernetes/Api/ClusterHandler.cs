using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Engine.Executors;

namespace Gantry.Executors.Kubernetes.Api;

/// <summary>Connections to one cluster: its authorities, the client's certificate, a proxy.</summary>
internal static class ClusterHandler
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(30);

    /// <exception cref="EnvironmentException">A certificate or key cannot be read.</exception>
    public static SocketsHttpHandler Open(ClusterAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectLimit,
            // Addresses behind a load balancer change.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (address.Proxy.Length > 0)
        {
            handler.Proxy = new WebProxy(address.Proxy);
        }

        var options = handler.SslOptions;
        if (address.ServerName.Length > 0)
        {
            options.TargetHost = address.ServerName;
        }

        if (address.Insecure)
        {
            // The kubeconfig file says so: insecure-skip-tls-verify.
#pragma warning disable CA5359
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (address.Authorities.Length > 0)
        {
            var trusted = Authorities(address);
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, trusted);
        }

        if (address.Certificate.Length > 0)
        {
            var own = Certificate(address);
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }

        return handler;
    }

    private static X509Certificate2Collection Authorities(ClusterAddress address)
    {
        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPem(address.Authorities);
        }
        catch (CryptographicException e)
        {
            throw EnvironmentException.Misconfigured($"the cluster's authority of {address.Source} is no PEM file of certificates: {e.Message}");
        }

        return trusted.Count > 0
            ? trusted
            : throw EnvironmentException.Misconfigured($"the cluster's authority of {address.Source} holds no certificate (PEM is expected)");
    }

    private static X509Certificate2 Certificate(ClusterAddress address)
    {
        try
        {
            return X509Certificate2.CreateFromPem(address.Certificate, address.Key.Reveal());
        }
        catch (CryptographicException e)
        {
            throw EnvironmentException.Misconfigured($"the client certificate of {address.Source} and its key do not go together (PEM is expected): {e.Message}");
        }
    }

    private static bool IsTrusted(X509Certificate? certificate, X509Chain? built, SslPolicyErrors errors, X509Certificate2Collection trusted)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (built is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(built.ChainPolicy.ExtraStore);
        }

        using var shown = new X509Certificate2(certificate);
        return chain.Build(shown);
    }
}
