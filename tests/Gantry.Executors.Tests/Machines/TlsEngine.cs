using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gantry.Executors.Tests.Machines;

/// <summary>
/// The engine of this computer behind a port with TLS that wants a certificate, as the engine of a machine is reached. Its folder holds
/// what a client needs: <c>ca.pem</c>, <c>cert.pem</c>, <c>key.pem</c>.
/// </summary>
internal sealed class TlsEngine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _server;
    private readonly List<Task> _work = [];
    private int _connections;

    public TlsEngine(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=machines", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _server = Issue("CN=engine", serves: true);
        using var client = Issue("CN=client", serves: false);
        File.WriteAllText(Path.Combine(folder, "ca.pem"), _authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "cert.pem"), client.ExportCertificatePem());
        using var key = client.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        _listener.Start();
        _work.Add(AcceptAsync());
    }

    public string Folder { get; }

    public string Url => $"tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Clients that showed a certificate of the authority.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        Task[] work;
        lock (_work)
        {
            work = [.. _work];
        }

        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _server.Dispose();
        _authority.Dispose();
        _end.Dispose();
    }

    private X509Certificate2 Issue(string name, bool serves)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(serves ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_authority, _authority.NotBefore, _authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        using var pair = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptSocketAsync(_end.Token);
            lock (_work)
            {
                _work.Add(ServeAsync(client));
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await using var secured = new SslStream(new NetworkStream(client, ownsSocket: true));
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(_authority);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = _server,
            ClientCertificateRequired = true,
            CertificateChainPolicy = trust,
        }, _end.Token);
        Interlocked.Increment(ref _connections);
        using var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await engine.ConnectAsync(new UnixDomainSocketEndPoint("/var/run/docker.sock"), _end.Token);
        await using var plain = new NetworkStream(engine);
        var up = PumpAsync(secured, plain, () => engine.Shutdown(SocketShutdown.Send));
        var down = PumpAsync(plain, secured, () => { });
        // The client's end of input leaves the other way open; the engine's end is the end.
        if (await Task.WhenAny(up, down) == up)
        {
            await down;
        }
    }

    private async Task PumpAsync(Stream from, Stream to, Action end)
    {
        await from.CopyToAsync(to, _end.Token);
        end();
    }
}
