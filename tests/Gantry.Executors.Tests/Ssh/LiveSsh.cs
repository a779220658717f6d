using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Engine.Processes;
using Gantry.Executors.Ssh;
using Gantry.Executors.Tests.Docker;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Tables;

namespace Gantry.Executors.Tests.Ssh;

/// <summary>A real OpenSSH server on a port of its own, with keys and a home of its own, installed by <c>eng/prepare/ssh</c> where it is missing.</summary>
public sealed class LiveSsh : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ChildProcess? _server;

    public int Port { get; private set; }

    /// <summary>Of the user on the "other" machine.</summary>
    public string Home => In("home");

    public string HostKey => File.ReadAllText(In("host.pub")).Split(' ')[1];

    public string In(string name) => Path.Combine(_folder.Path, name);

    internal SshSettings Settings => new()
    {
        IsConfigured = true,
        Host = "127.0.0.1",
        Port = Port.ToString(CultureInfo.InvariantCulture),
        User = Environment.UserName,
        IdentityFile = In("user"),
        KnownHostsFile = In("known_hosts"),
    };

    public async ValueTask InitializeAsync()
    {
        await RunAsync(Path.Combine(CaseFile.Root, "eng/prepare/ssh"));
        foreach (var (name, passphrase) in new[] { ("host", ""), ("user", ""), ("stranger", ""), ("locked", "secret") })
        {
            await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", In(name));
        }

        Directory.CreateDirectory(Home);
        Directory.CreateDirectory("/run/sshd");
        File.Copy(In("user.pub"), In("authorized_keys"));
        Port = TestRegistry.FreePort();
        await WriteAsync("sshd_config", $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {In("host")}
            PidFile none
            AuthorizedKeysFile {In("authorized_keys")}
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin yes
            StrictModes no
            UsePAM no
            PrintMotd no
            SetEnv HOME={Home}

            """);
        await WriteAsync("known_hosts", $"[127.0.0.1]:{Port} ssh-ed25519 {HostKey}\n");
        _server = ChildProcess.Start(new ProcessStart { FileName = "/usr/sbin/sshd", Arguments = ["-D", "-e", "-f", In("sshd_config")] });
        await AnswersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            ProcessGroup.KillAll(server.Id);
            await server.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Every connection is gone from one moment to the next; new ones are taken.</summary>
    public Task BreakAllAsync() => RunAsync("bash", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -KILL $(ps -o pid= --ppid {_server!.Id})"));

    public Task WriteAsync(string name, string text) => File.WriteAllTextAsync(In(name), text, TestContext.Current.CancellationToken);

    private async Task AnswersAsync()
    {
        for (var i = 0; ; i++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException) when (i < 500)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var run = await ChildProcess.RunAsync(
            new ProcessStart { FileName = program, Arguments = arguments }, 64 * 1024, TestContext.Current.CancellationToken);
        Assert.True(run.Exit.IsSuccess, run.Error + Encoding.UTF8.GetString(run.Output));
    }
}
