using System.IO.Pipes;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gantry.Executors.Docker.Api;

/// <summary>Opens connections to one endpoint. Thread-safe.</summary>
internal sealed class EngineDialer(EngineEndpoint endpoint, TimeProvider time)
{
    // official-executors §2.1: what the official runner allows a dial and a handshake.
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(60);

    public EngineEndpoint Endpoint { get; } = endpoint;

    /// <summary>The program for ssh endpoints.</summary>
    public string SshProgram { get; init; } = "ssh";

    /// <exception cref="EngineException">The endpoint cannot be reached or its certificates are unusable.</exception>
    public async ValueTask<EngineConnection> DialAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(DialTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return Endpoint switch
            {
                EngineEndpoint.UnixSocket unix => EngineConnection.Of(await ConnectAsync(
                    new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(unix.Path), both.Token)),
                EngineEndpoint.Tcp tcp => await DialTcpAsync(tcp, both.Token),
                EngineEndpoint.Pipe pipe => await DialPipeAsync(pipe, both.Token),
                EngineEndpoint.Ssh ssh => SshStream.Open(SshProgram, ssh, time),
                EngineEndpoint.Tunnel tunnel => EngineConnection.Of(await tunnel.Through.DialAsync(both.Token)),
                _ => throw new InvalidOperationException($"no way to {Endpoint}"),
            };
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or UnauthorizedAccessException or CryptographicException)
        {
            throw EngineException.Unreachable($"Cannot connect to the Docker daemon at {Endpoint}. Is the docker daemon running? ({e.Message})", e);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw EngineException.Unreachable($"Cannot connect to the Docker daemon at {Endpoint}: no answer within {DialTimeout.TotalSeconds:0} seconds", e);
        }
    }

    private static async Task<Socket> ConnectAsync(Socket socket, System.Net.EndPoint target, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(target, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<EngineConnection> DialTcpAsync(EngineEndpoint.Tcp tcp, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
        await ConnectAsync(socket, new System.Net.DnsEndPoint(tcp.Host, tcp.Port), cancellationToken);
        if (tcp.Tls is not { } tls)
        {
            return EngineConnection.Of(socket);
        }

        var secured = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            using var limit = new CancellationTokenSource(HandshakeTimeout, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            await secured.AuthenticateAsClientAsync(TlsOptions(tcp.Host, tls), both.Token);
            return EngineConnection.Of(secured);
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    /// <summary>The client's own roots only (official-executors §2.1); a missing file is an error, never plain trust.</summary>
    private static SslClientAuthenticationOptions TlsOptions(string host, EngineTls tls)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (tls.Folder is { } folder)
        {
            options.ClientCertificates = [LoadPair(folder)];
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(Existing(folder, "ca.pem"));
            options.CertificateChainPolicy = policy;
        }

        if (!tls.Verify)
        {
            // The operator's explicit `tls_verify = false`.
#pragma warning disable CA5359
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return options;
    }

    private static X509Certificate2 LoadPair(string folder)
    {
        using var pair = X509Certificate2.CreateFromPemFile(Existing(folder, "cert.pem"), Existing(folder, "key.pem"));
        // Schannel cannot use a key that was never stored; a PKCS#12 round trip is the documented way out.
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }

    private static string Existing(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? path : throw new IOException($"could not load X509 key pair: {path}: no such file (tls_cert_path must hold ca.pem, cert.pem and key.pem)");
    }

    private static async Task<EngineConnection> DialPipeAsync(EngineEndpoint.Pipe pipe, CancellationToken cancellationToken)
    {
        var stream = new NamedPipeClientStream(".", pipe.Name, PipeDirection.InOut, PipeOptions.Asynchronous);
        try
        {
            await stream.ConnectAsync(cancellationToken);
            // The engine takes an empty message as the end of input.
            return new EngineConnection(stream, () => stream.WriteAsync(ReadOnlyMemory<byte>.Empty));
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
