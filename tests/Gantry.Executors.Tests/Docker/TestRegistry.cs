using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Engine.Processes;

namespace Gantry.Executors.Tests.Docker;

/// <summary>A real registry (Debian's docker-registry) on a port of this machine: open, or for one user with a password.</summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    public const string User = "tester";
    public const string Password = "geheim-5";

    private readonly ChildProcess _process;

    private TestRegistry(string folder, int port, ChildProcess process) => (Folder, Port, _process) = (folder, port, process);

    public string Folder { get; }

    public int Port { get; }

    /// <summary>Engines take registries of 127.0.0.0/8 without TLS.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>For <c>DOCKER_AUTH_CONFIG</c> and <c>config.json</c>.</summary>
    public string Config(string password = Password) =>
        $"{{\"auths\":{{\"{Address}\":{{\"auth\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}"))}\"}}}}}}";

    public static async Task<TestRegistry> StartAsync(string folder, bool withPassword, CancellationToken token)
    {
        Directory.CreateDirectory(folder);
        var port = FreePort();
        var config = Path.Combine(folder, "registry.yml");
        // The hash is that of the password above.
        await File.WriteAllTextAsync(Path.Combine(folder, "htpasswd"), $"{User}:$2y$05$omWFC0/8na9e2fVo.SLPfeFI/RepApvh8C6iLciFFlFTKsQEZfWQS\n", token);
        await File.WriteAllTextAsync(config, $"""
            version: 0.1
            log: {"{"} level: error {"}"}
            storage: {"{"} filesystem: {"{"} rootdirectory: {folder}/data {"}"} {"}"}
            http: {"{"} addr: "127.0.0.1:{port}" {"}"}
            {(withPassword ? $"auth: {{ htpasswd: {{ realm: test, path: {folder}/htpasswd }} }}" : "")}
            """, token);
        var registry = new TestRegistry(folder, port, ChildProcess.Start(new ProcessStart { FileName = "docker-registry", Arguments = ["serve", config] }));
        using var http = new HttpClient();
        while (!await registry.AnswersAsync(http, token))
        {
            Assert.False(registry._process.Exited.IsCompleted, "docker-registry ended: run eng/prepare/registry");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, token);
        }

        return registry;
    }

    /// <summary>Pushes an image of the engine under a name of this registry, and forgets that name.</summary>
    public async Task<string> PushAsync(string image, string name, CancellationToken token)
    {
        var full = $"{Address}/{name}";
        var login = Path.Combine(Folder, "login");
        Directory.CreateDirectory(login);
        await File.WriteAllTextAsync(Path.Combine(login, "config.json"), Config(), token);
        await DockerAsync(token, "tag", image, full);
        await DockerAsync(token, "--config", login, "push", "--quiet", full);
        await DockerAsync(token, "rmi", full);
        return full;
    }

    public static async Task DockerAsync(CancellationToken token, params string[] arguments)
    {
        var run = await ChildProcess.RunAsync(new ProcessStart { FileName = "docker", Arguments = arguments }, 1 << 20, token);
        Assert.True(run.Exit.IsSuccess, $"docker {string.Join(' ', arguments)}: {run.Error}");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync() => await _process.DisposeAsync();

    private async Task<bool> AnswersAsync(HttpClient http, CancellationToken token)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/v2/")), token);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
