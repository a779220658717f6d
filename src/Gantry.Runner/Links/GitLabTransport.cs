using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Links;

/// <summary>
/// The connections to one server: TLS 1.2 at least, proxy from the environment, HTTP/1.1. Made anew when one of the
/// certificate files changed; calls on the way keep the connections they have. Thread-safe.
/// </summary>
internal sealed partial class GitLabTransport(GitLabEndpoint endpoint, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private HttpMessageInvoker? _current;
    private TlsFiles? _files;
    private DateTime _stamp;

    /// <summary>The connections to use for the next request. Not to be disposed by the caller.</summary>
    public HttpMessageInvoker Rent()
    {
        lock (_gate)
        {
            var files = TlsFiles.Find(endpoint);
            var stamp = files.Stamp();
            if (_current is null || files != _files || stamp != _stamp)
            {
                // The old connections are not disposed: requests may be on them. Idle ones close by themselves.
                _current = new HttpMessageInvoker(CreateHandler(files), disposeHandler: true);
                _files = files;
                _stamp = stamp;
            }

            return _current;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _current?.Dispose();
            _current = null;
        }
    }

    private SocketsHttpHandler CreateHandler(TlsFiles files)
    {
        var tls = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (LoadAuthorities(files.CaFile, logger) is { } authorities)
        {
            tls.RemoteCertificateValidationCallback = new AddedAuthorities(authorities).Accept;
        }

        if (LoadClientCertificate(files) is { } certificate)
        {
            tls.ClientCertificates = [certificate];
        }

        return new SocketsHttpHandler
        {
            // Redirects are followed by GitLabConnection: the body must be built anew and some calls want to see them.
            AllowAutoRedirect = false,
            SslOptions = tls,
            ConnectTimeout = TimeSpan.FromSeconds(40),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            PooledConnectionLifetime = endpoint.ConnectionMaxAge > TimeSpan.Zero ? endpoint.ConnectionMaxAge : Timeout.InfiniteTimeSpan,
            // Every job sends its log, and every request for a job may be held by the server: hundreds at once.
            MaxConnectionsPerServer = 2000,
            UseCookies = false,
        };
    }

    internal static X509Certificate2Collection? LoadAuthorities(string? file, ILogger logger)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPemFile(file);
            if (found.Count > 0)
            {
                return found;
            }

            Log.AuthoritiesUnusable(logger, file, "no certificate in it");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Log.AuthoritiesUnusable(logger, file, problem.Message);
        }

        return null;
    }

    private X509Certificate2? LoadClientCertificate(TlsFiles files)
    {
        if (files.CertFile is null || files.KeyFile is null)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(files.CertFile, files.KeyFile);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Log.ClientCertificateUnusable(logger, files.CertFile, files.KeyFile, problem.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Failed to load the certificate authorities of {file}: {error}. The system's authorities stay in use.")]
        public static partial void AuthoritiesUnusable(ILogger logger, string file, string error);

        [LoggerMessage(LogLevel.Error, "Failed to load the client certificate {file} with the key {key}: {error}. Requests go without it.")]
        public static partial void ClientCertificateUnusable(ILogger logger, string file, string key, string error);
    }
}
