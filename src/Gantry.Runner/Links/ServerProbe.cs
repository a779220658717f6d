using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Links;

/// <summary>
/// Goes the way to a server step by step, so that the step which fails can be named: name, connection, TLS, answer. For
/// <c>gantry doctor</c>.
/// </summary>
public sealed class ServerProbe(GitLabEndpoint endpoint, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public async Task<ServerFacts> RunAsync(CancellationToken cancellationToken)
    {
        if (!GitLabAddress.TryApi(endpoint.Url, out var api, out var problem))
        {
            return new ServerFacts { Failed = ProbeStep.Address, Problem = problem };
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var facts = new ServerFacts { Host = api.IdnHost, Port = api.Port };
        var step = ProbeStep.Name;
        try
        {
            // Behind a proxy the name is the proxy's business, and so is the connection.
            if (HttpClient.DefaultProxy.IsBypassed(api))
            {
                var addresses = await Dns.GetHostAddressesAsync(api.IdnHost, limit.Token);
                facts = facts with { Addresses = [.. addresses.Select(address => address.ToString())] };
                step = ProbeStep.Connection;
                using var socket = new TcpClient();
                await socket.ConnectAsync(addresses, api.Port, limit.Token);
                step = ProbeStep.Tls;
                if (api.Scheme == "https")
                {
                    facts = await HandshakeAsync(socket, api, facts, limit.Token);
                }
            }

            step = ProbeStep.Answer;
            return await AnswerAsync(api, facts, limit.Token);
        }
        catch (Exception broken) when (broken is SocketException or IOException or AuthenticationException or HttpRequestException)
        {
            return facts with { Failed = step, Problem = broken.InnerException?.Message ?? broken.Message };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return facts with { Failed = step, Problem = $"no answer within {Limit.TotalSeconds:0} seconds" };
        }
    }

    private async Task<ServerFacts> HandshakeAsync(TcpClient socket, Uri api, ServerFacts facts, CancellationToken cancellationToken)
    {
        var files = TlsFiles.Find(endpoint);
        var authorities = GitLabTransport.LoadAuthorities(files.CaFile, logger);
        var chain = "";
        bool Accept(object sender, X509Certificate? certificate, X509Chain? path, SslPolicyErrors errors)
        {
            var accepted = authorities is null ? errors == SslPolicyErrors.None : new AddedAuthorities(authorities).Accept(sender, certificate, path, errors);
            chain = accepted ? "" : Describe(path, errors);
            return accepted;
        }

        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, Accept);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = api.IdnHost }, cancellationToken);
        }
        catch (AuthenticationException problem)
        {
            throw new AuthenticationException(chain.Length > 0 ? chain : problem.Message);
        }

        var certificate = tls.RemoteCertificate as X509Certificate2;
        return facts with
        {
            TlsVersion = tls.SslProtocol.ToString(),
            CertificateIssuer = certificate?.Issuer ?? "",
            CertificateEnds = certificate?.NotAfter.ToUniversalTime(),
            CaFile = files.CaFile,
        };
    }

    private static string Describe(X509Chain? path, SslPolicyErrors errors)
    {
        var status = string.Join("; ", path?.ChainStatus.Select(s => s.StatusInformation.Trim()) ?? []);
        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"the certificate is for another name. {status}".Trim() : status;
    }

    private async Task<ServerFacts> AnswerAsync(Uri api, ServerFacts facts, CancellationToken cancellationToken)
    {
        using var transport = new GitLabTransport(endpoint, logger);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(api, "version"));
        var sent = time.GetUtcNow();
        using var response = await transport.Rent().SendAsync(request, cancellationToken);
        var middle = sent + ((time.GetUtcNow() - sent) / 2);
        return facts with
        {
            Status = (int)response.StatusCode,
            ClockSkew = response.Headers.Date is { } date ? middle - date : null,
        };
    }
}

/// <summary>What is known about a server after a probe.</summary>
public sealed record ServerFacts
{
    public string Host { get; init; } = "";
    public int Port { get; init; }
    public IReadOnlyList<string> Addresses { get; init; } = [];
    public string TlsVersion { get; init; } = "";
    public string CertificateIssuer { get; init; } = "";
    public DateTime? CertificateEnds { get; init; }

    /// <summary>Authorities besides the system's; null: none.</summary>
    public string? CaFile { get; init; }

    /// <summary>Of the last answer; any status is an answer.</summary>
    public int Status { get; init; }

    /// <summary>Ours minus the server's, to the second; null: the server did not say.</summary>
    public TimeSpan? ClockSkew { get; init; }

    /// <summary>The step that did not work; null: all did.</summary>
    public ProbeStep? Failed { get; init; }

    public string Problem { get; init; } = "";
}

public enum ProbeStep
{
    Address,
    Name,
    Connection,
    Tls,
    Answer,
}
