using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Engine;
using Gantry.Runner.Links;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Links;

public sealed class TlsTests : IDisposable
{
    private const int Limit = 60_000;

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger<GitLabClient> _log = new();
    private readonly X509Certificate2 _authority = Authority("the firm's authority");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task A_server_of_an_unknown_authority_is_refused()
    {
        await using var server = await ServerAsync(Server("localhost"));

        var answer = await AskAsync(server, new GitLabEndpoint { Url = Url(server), Token = Runner });

        Assert.IsType<VerifyAnswer.Unknown>(answer);
    }

    [Fact(Timeout = Limit)]
    public async Task The_configured_authority_is_trusted_besides_the_systems()
    {
        await using var server = await ServerAsync(Server("localhost"));
        var file = _folder.File("ca.crt", _authority.ExportCertificatePem());

        Assert.IsType<VerifyAnswer.Valid>(await AskAsync(server, new GitLabEndpoint { Url = Url(server), Token = Runner, TlsCaFile = file }));
    }

    [Fact(Timeout = Limit)]
    public async Task An_authority_is_found_by_the_hosts_name()
    {
        await using var server = await ServerAsync(Server("localhost"));
        _folder.File("localhost.crt", _authority.ExportCertificatePem());

        Assert.IsType<VerifyAnswer.Valid>(
            await AskAsync(server, new GitLabEndpoint { Url = Url(server), Token = Runner, CertificatesFolder = _folder.Path }));
    }

    [Fact(Timeout = Limit)]
    public async Task The_servers_own_certificate_can_be_the_anchor()
    {
        using var certificate = Server("localhost");
        await using var server = await ServerAsync(certificate);
        var file = _folder.File("ca.crt", certificate.ExportCertificatePem());

        Assert.IsType<VerifyAnswer.Valid>(await AskAsync(server, new GitLabEndpoint { Url = Url(server), Token = Runner, TlsCaFile = file }));
    }

    [Fact(Timeout = Limit)]
    public async Task A_trusted_authority_forgives_no_wrong_name()
    {
        await using var server = await ServerAsync(Server("other.example.com"));
        var file = _folder.File("ca.crt", _authority.ExportCertificatePem());

        Assert.IsType<VerifyAnswer.Unknown>(await AskAsync(server, new GitLabEndpoint { Url = Url(server), Token = Runner, TlsCaFile = file }));
    }

    [Fact(Timeout = Limit)]
    public async Task Another_authority_of_the_same_name_is_not_trusted()
    {
        await using var server = await ServerAsync(Server("localhost"));
        using var impostor = Authority("the firm's authority");
        var file = _folder.File("ca.crt", impostor.ExportCertificatePem());

        Assert.IsType<VerifyAnswer.Unknown>(await AskAsync(server, new GitLabEndpoint { Url = Url(server), Token = Runner, TlsCaFile = file }));
    }

    [Fact(Timeout = Limit)]
    public async Task A_client_certificate_is_shown_to_a_server_that_wants_one()
    {
        await using var server = await ServerAsync(Server("localhost"), ClientCertificateMode.RequireCertificate);
        _folder.File("localhost.crt", _authority.ExportCertificatePem());
        var endpoint = new GitLabEndpoint { Url = Url(server), Token = Runner, CertificatesFolder = _folder.Path };
        Assert.IsType<VerifyAnswer.Unknown>(await AskAsync(server, endpoint));

        using var client = Server("client");
        _folder.File("localhost.auth.crt", client.ExportCertificatePem());
        _folder.File("localhost.auth.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        Assert.IsType<VerifyAnswer.Valid>(await AskAsync(server, endpoint));
    }

    [Fact(Timeout = Limit)]
    public async Task A_file_that_is_written_anew_is_read_again_by_the_same_client()
    {
        await using var server = await ServerAsync(Server("localhost"));
        var file = _folder.File("ca.crt", "no certificate");
        using var client = new GitLabClient(
            new GitLabEndpoint { Url = Url(server), Token = Runner, TlsCaFile = file }, Some.Version, new FakeTimeProvider(), _log);
        Assert.IsType<VerifyAnswer.Unknown>(await client.VerifyAsync(Some.Identity, "s_1", Token));
        Assert.Contains(_log.Messages, m => m.StartsWith("Failed to load the certificate authorities", StringComparison.Ordinal));

        await File.WriteAllTextAsync(file, _authority.ExportCertificatePem(), Token);
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(5));

        Assert.IsType<VerifyAnswer.Valid>(await client.VerifyAsync(Some.Identity, "s_1", Token));
    }

    private static Secret Runner => new("glrt-fake-runner-token");

    private async Task<VerifyAnswer> AskAsync(FakeCoordinator server, GitLabEndpoint endpoint)
    {
        Assert.StartsWith("https://", server.Url, StringComparison.Ordinal);
        using var client = new GitLabClient(endpoint, Some.Version, new FakeTimeProvider(), _log);
        return await client.VerifyAsync(Some.Identity, "s_1", Token);
    }

    private static string Url(FakeCoordinator server) => server.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    private static Task<FakeCoordinator> ServerAsync(X509Certificate2 certificate, ClientCertificateMode mode = ClientCertificateMode.NoCertificate) =>
        FakeCoordinator.StartAsync(web => web
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = mode;
                https.ClientCertificateValidation = (_, _, _) => true;
            }))));

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(Start, Start.AddYears(30));
    }

    private static readonly DateTimeOffset Start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private X509Certificate2 Server(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_authority, Start, Start.AddYears(20), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
