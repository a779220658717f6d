using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gantry.Engine.Processes;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Tests.Docker;

/// <summary>
/// A Docker Engine of the tests' own: on a socket and, with TLS, on a port, with its own data, and with a /tmp of its own, so that
/// nothing that the runner writes there can be seen by it: it might as well be another machine. Needs root.
/// </summary>
internal sealed class SecondEngine : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateDirectory($"/var/tmp/gantry-engine-{Guid.NewGuid():n}"[..32]).FullName;
    private readonly string _bridge = $"gt{Guid.NewGuid():n}"[..12];
    private ChildProcess? _process;

    private SecondEngine()
    {
        using var authority = Authority("CN=test authority");
        using var unknown = Authority("CN=another authority");
        Write("server", authority, authority, server: true);
        Write("client", authority, authority, server: false);
        Write("stranger", unknown, authority, server: false);
        Write("doubter", authority, unknown, server: false);
    }

    public string Socket => Path.Combine(_folder, "engine.sock");

    public int Port { get; } = TestRegistry.FreePort();

    public string Host => string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{Port}");

    /// <summary>A folder for <c>tls_cert_path</c>: of a client the engine knows; of a <c>stranger</c>; of a <c>doubter</c> who does not know the engine.</summary>
    public string Certificates(string who = "client") => Path.Combine(_folder, who);

    public static async Task<SecondEngine> StartAsync(CancellationToken token)
    {
        var engine = new SecondEngine();
        await ShellAsync($"ip link add {engine._bridge} type bridge && ip addr add 172.31.{Random.Shared.Next(256)}.1/24 dev {engine._bridge} && ip link set {engine._bridge} up", token);
        await engine.StartAgainAsync(token);
        await ShellAsync($"docker save {LiveEngine.Busybox} | docker --host unix://{engine.Socket} load", token);
        return engine;
    }

    /// <summary>The engine's process dies; containers go on without it.</summary>
    public async Task KillAsync(CancellationToken token)
    {
        await ChildProcess.RunAsync(new ProcessStart { FileName = "kill", Arguments = ["-9", _process!.Id.ToString(CultureInfo.InvariantCulture)] }, 1024, token);
        await _process.Exited.WaitAsync(token);
    }

    public async Task StartAgainAsync(CancellationToken token)
    {
        // The engine's containerd dies with it; its number may still be taken.
        File.Delete(Path.Combine(_folder, "pid"));
        if (Directory.Exists($"{_folder}/exec/containerd"))
        {
            File.Delete($"{_folder}/exec/containerd/containerd.pid");
        }

        var log = Path.Combine(_folder, "log");
        _process = ChildProcess.Start(new ProcessStart
        {
            FileName = "unshare",
            Arguments =
            [
                "--mount", "--propagation", "private", "sh", "-c", $"mount -t tmpfs none /tmp && exec dockerd \"$@\" >>{log} 2>&1", "sh",
                "--data-root", $"{_folder}/data", "--exec-root", $"{_folder}/exec", "--pidfile", $"{_folder}/pid", "--host", $"unix://{Socket}", "--host", Host,
                "--tlsverify", "--tlscacert", $"{_folder}/server/ca.pem", "--tlscert", $"{_folder}/server/cert.pem", "--tlskey", $"{_folder}/server/key.pem",
                // With no bridge at all it would take away the one of the machine's own engine.
                "--bridge", _bridge, "--iptables=false", "--ip-forward=false",
            ],
        });
        using var client = new EngineClient(new EngineDialer(new EngineEndpoint.UnixSocket(Socket), TimeProvider.System), null);
        while (!await AnswersAsync(client, token))
        {
            Assert.False(_process.Exited.IsCompleted, $"dockerd ended:\n{(File.Exists(log) ? await File.ReadAllTextAsync(log, token) : "needs root")}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // The engine ends its containers itself; a kill would leave them.
            await _process.TerminateAsync();
            await _process.DisposeAsync();
        }

        await ShellAsync(
            $"grep -o '{_folder}[^ ]*' /proc/mounts | sort -r | xargs -r -n 1 umount; rm -rf {_folder}; ip link delete {_bridge}", CancellationToken.None);
    }

    private static async Task ShellAsync(string script, CancellationToken token)
    {
        var run = await ChildProcess.RunAsync(new ProcessStart { FileName = "sh", Arguments = ["-c", script] }, 1 << 16, token);
        Assert.True(run.Exit.IsSuccess, run.Error);
    }

    private static async Task<bool> AnswersAsync(EngineClient client, CancellationToken token)
    {
        try
        {
            await client.FactsAsync(token);
            return true;
        }
        catch (EngineException)
        {
            return false;
        }
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(From, Until);
    }

    /// <param name="who">Folder.</param>
    /// <param name="issuer">Signs the certificate.</param>
    /// <param name="trusted">Whom this side trusts.</param>
    /// <param name="server">Of the engine.</param>
    private void Write(string who, X509Certificate2 issuer, X509Certificate2 trusted, bool server)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, who)).FullName;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + who, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(server ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        if (server)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(issuer, From, Until.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(folder, "ca.pem"), trusted.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static DateTimeOffset From { get; } = TimeProvider.System.GetUtcNow().AddDays(-1);

    private static DateTimeOffset Until { get; } = TimeProvider.System.GetUtcNow().AddDays(30);
}
