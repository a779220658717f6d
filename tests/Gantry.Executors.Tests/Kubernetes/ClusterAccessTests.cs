using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Executors.Tests.Docker;
using Gantry.TestKit.Kubernetes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Gantry.Executors.Tests.Kubernetes;

/// <summary>Who the cluster is, and who the runner is to it: over TLS with an authority of the cluster's own.</summary>
public sealed class ClusterAccessTests(LiveEngine live) : IClassFixture<LiveEngine>, IDisposable
{
    private const int Limit = 60_000;

    private static readonly DateTimeOffset Start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly X509Certificate2 _authority = Authority();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact(Timeout = Limit)]
    public async Task A_cluster_is_believed_when_its_own_authority_vouches_for_it_and_sees_the_runners_certificate()
    {
        await using var bench = await StartAsync();
        Assert.StartsWith("https://", bench.Cluster.Url, StringComparison.Ordinal);

        Assert.EndsWith("answers: Kubernetes v1.34.0-fake, namespace ci", await bench.OfProcess("first").ProbeAsync(Token), StringComparison.Ordinal);

        using var other = Authority();
        var stranger = Path.Combine(bench.Jobs.Folder, "other.crt");
        await File.WriteAllTextAsync(stranger, other.ExportCertificatePem(), Token);
        bench.Settings = bench.Settings with { CaFile = stranger, RetryLimit = 1 };
        var refused = await Assert.ThrowsAsync<EnvironmentException>(() => bench.OfProcess("first").ProbeAsync(Token));
        Assert.Contains("certificate", refused.Message, StringComparison.OrdinalIgnoreCase);

        bench.Settings = bench.Settings with { KeyFile = "" };
        Assert.StartsWith(
            "ca file, cert file and key file must be specified when using file based auth",
            (await Assert.ThrowsAsync<EnvironmentException>(() => bench.OfProcess("first").ProbeAsync(Token))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_runner_in_a_pod_uses_the_account_of_its_pod_and_reads_its_token_anew()
    {
        await using var bench = await StartAsync();
        var address = new Uri(bench.Cluster.Url);
        var account = Directory.CreateDirectory(Path.Combine(bench.Jobs.Folder, "account")).FullName;
        File.Copy(bench.Settings.CaFile, Path.Combine(account, "ca.crt"));
        bench.Settings = bench.Settings with { Host = "", CertFile = "", KeyFile = "", CaFile = "" };
        bench.Surroundings = given => given with { ServiceHost = address.Host, ServicePort = $"{address.Port}", ServiceAccountFolder = account };
        using var executor = bench.OfProcess("first");

        foreach (var token in new[] { "first-token", "second-token" })
        {
            await File.WriteAllTextAsync(Path.Combine(account, "token"), token + "\n", Token);
            await executor.ProbeAsync(Token);
            Assert.Equal(token, bench.Cluster.Calls[^1].Token);
        }
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "DockerEngine")]
    [Trait("Needs", "Full")]
    public async Task Scripts_go_over_tls_too()
    {
        await live.NeededAsync(Token);
        await using var bench = await StartAsync();
        await using var place = await bench.PrepareAsync(Token);

        Assert.Equal(ScriptExit.Success, await bench.ScriptAsync(place, "echo secured", Token));
        Assert.Equal("secured\n", bench.Log.Output);
    }

    /// <summary>The runner shows a certificate, no token.</summary>
    private async Task<KubernetesBench> StartAsync()
    {
        using var server = Issue("127.0.0.1");
        var bench = await KubernetesBench.StartAsync(await FakeCluster.StartAsync(web => web
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
            {
                https.ServerCertificate = X509CertificateLoader.LoadPkcs12(server.Export(X509ContentType.Pkcs12), null);
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
            })))));
        using var client = Issue("runner");
        bench.Settings = bench.Settings with
        {
            BearerToken = default(Secret),
            CaFile = await WriteAsync(bench, "ca.crt", _authority.ExportCertificatePem()),
            CertFile = await WriteAsync(bench, "client.crt", client.ExportCertificatePem()),
            KeyFile = await WriteAsync(bench, "client.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
        return bench;
    }

    private static async Task<string> WriteAsync(KubernetesBench bench, string name, string text)
    {
        var path = Path.Combine(bench.Jobs.Folder, name);
        await File.WriteAllTextAsync(path, text, Token);
        return path;
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=cluster {Guid.NewGuid():n}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(Start, Start.AddYears(30));
    }

    private X509Certificate2 Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (IPAddress.TryParse(name, out var address))
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        using var issued = request.Create(_authority, Start, Start.AddYears(20), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
