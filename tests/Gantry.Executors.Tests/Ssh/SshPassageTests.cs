using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Processes;
using Gantry.Executors.DockerSsh;
using Gantry.Executors.Ssh;
using Gantry.Executors.Tests.Shell;
using Gantry.Protocol;
using Gantry.TestKit.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Tests.Ssh;

/// <summary>A way through a server to what only that can reach, and hosts whose key nobody knew before.</summary>
public sealed class SshPassageTests(LiveSsh ssh) : IClassFixture<LiveSsh>
{
    private readonly RecordingJobLog _log = new();

    [Fact(Timeout = 60_000)]
    public async Task The_way_is_open_to_this_process_and_closed_to_every_other()
    {
        var token = TestContext.Current.CancellationToken;
        using var passage = await SshPassage.OpenAsync(ssh.Settings, "127.0.0.1", ssh.Port, token);

        Assert.Equal("", await GreetingAsync(passage.Port, token));
        using (passage.Begin())
        {
            Assert.StartsWith("SSH-2.0", await GreetingAsync(passage.Port, token), StringComparison.Ordinal);
            Assert.Equal("", await StrangersAsync(passage.Port, 1, token));
            Assert.StartsWith("SSH-2.0", await GreetingAsync(passage.Port, token), StringComparison.Ordinal);
        }

        Assert.Equal("", await GreetingAsync(passage.Port, token));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_flood_of_strangers_is_not_looked_at_one_by_one_and_the_next_call_gets_through()
    {
        var token = TestContext.Current.CancellationToken;
        using var passage = await SshPassage.OpenAsync(ssh.Settings, "127.0.0.1", ssh.Port, token);

        using (var call = passage.Begin())
        {
            Assert.Equal("", await StrangersAsync(passage.Port, SshPassage.LooksPerCall, token));
            Assert.Equal("", await GreetingAsync(passage.Port, token));
            Assert.False(call.Arrived);
        }

        using (var call = passage.Begin())
        {
            Assert.StartsWith("SSH-2.0", await GreetingAsync(passage.Port, token), StringComparison.Ordinal);
            Assert.True(call.Arrived);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task An_entrance_whose_server_has_gone_is_not_dialled_again()
    {
        var token = TestContext.Current.CancellationToken;
        using var passage = await SshPassage.OpenAsync(ssh.Settings, "127.0.0.1", ssh.Port, token);
        await ssh.BreakAllAsync();
        while (passage.Loss is null)
        {
            await Task.Delay(10, token);
        }

        using var thief = await ListenAsync(passage.Port, token);
        using var bench = new ShellBench();
        var arrival = new SshArrival(ssh.Settings with { Entrance = passage }, ssh.Settings, TimeProvider.System, NullLogger<SshExecutor>.Instance);
        var lost = await Assert.ThrowsAsync<EnvironmentException>(() => arrival.EnterAsync(
            bench.Request(SshExecutor.KindTraits), _log, _ => throw new InvalidOperationException("it was tried again"), token));

        Assert.True(lost.Retriable);
        Assert.StartsWith(
            string.Create(CultureInfo.InvariantCulture, $"the way to 127.0.0.1 is lost: the connection to [127.0.0.1]:{ssh.Port} broke: "), lost.Message, StringComparison.Ordinal);
        Assert.False(thief.Pending());
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_took_the_port_of_a_lost_way_is_told_no_login()
    {
        var token = TestContext.Current.CancellationToken;
        var settings = ssh.Settings with { AcceptsAnyHostKey = true };

        var missed = await RefusedAsync(settings with { Entrance = new Entrance(ssh.Port) { Arrived = false } }, token);
        var lost = await RefusedAsync(settings with { Entrance = new Entrance(ssh.Port) { LossLater = "the way is lost" } }, token);

        Assert.True(missed.Retriable);
        Assert.EndsWith($" (the runner's connection was not let in at port {ssh.Port} of this computer, or another program answers there)", missed.Message, StringComparison.Ordinal);
        Assert.True(lost.Retriable);
        Assert.EndsWith(": the way is lost", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Connections_are_nobodys_when_the_kernel_cannot_be_asked_any_more()
    {
        using var kernel = new TempFolder();
        Assert.True(new OwnConnections(kernel.Path).Has(1, 2));

        var table = Path.Combine(kernel.Path, "net/tcp");
        Directory.CreateDirectory(table);
        Directory.CreateDirectory(Path.Combine(kernel.Path, "self/fd/0"));
        // Kept from everybody, also from root.
        Assert.True(new OwnConnections(kernel.Path).Has(1, 2));

        Directory.Delete(table);
        File.WriteAllText(table, "");
        var own = new OwnConnections(kernel.Path);
        Assert.False(own.Has(1, 2));
        using (new FileStream(table, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Throws<IOException>(() => File.ReadAllText(table));
            Assert.False(own.Has(1, 2));
            Assert.False(new OwnConnections(kernel.Path).Has(1, 2));
        }

        File.Delete(table);
        Assert.False(own.Has(1, 2));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_entrance_leads_to_the_host_under_the_hosts_own_name()
    {
        var token = TestContext.Current.CancellationToken;
        using var passage = await SshPassage.OpenAsync(ssh.Settings, "127.0.0.1", ssh.Port, token);

        using var through = await SshConnection.OpenAsync(ssh.Settings with { Entrance = passage }, token);

        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{ssh.Port}"), through.Name);
    }

    [Fact(Timeout = 60_000)]
    public async Task Where_nobody_listens_is_told_as_a_connection_that_may_come_later()
    {
        var token = TestContext.Current.CancellationToken;
        using var passage = await SshPassage.OpenAsync(ssh.Settings, "127.0.0.1", 1, token);

        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => SshConnection.OpenAsync(ssh.Settings with { Port = "1", Entrance = passage }, token));

        Assert.True(broken.Retriable);
        Assert.Contains("127.0.0.1:1: ", broken.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_first_key_of_a_new_host_is_kept_and_another_one_is_refused_from_then_on()
    {
        var token = TestContext.Current.CancellationToken;
        var settings = ssh.Settings with { KnownHostsFile = ssh.In("learned"), KeptAs = "Auto-1" };

        (await SshConnection.OpenAsync(settings, token)).Dispose();
        var line = $"auto-1 ssh-ed25519 {ssh.HostKey}\n";
        Assert.Equal(line, await File.ReadAllTextAsync(settings.KnownHostsFile, token));
        (await SshConnection.OpenAsync(settings, token)).Dispose();
        Assert.Equal(line, await File.ReadAllTextAsync(settings.KnownHostsFile, token));

        var another = File.ReadAllText(ssh.In("stranger.pub")).Split(' ')[1];
        await File.WriteAllTextAsync(settings.KnownHostsFile, line.Replace(ssh.HostKey, another, StringComparison.Ordinal), token);
        await MismatchAsync(settings);
        // The same machine, as far as anybody here can tell.
        using var passage = await SshPassage.OpenAsync(ssh.Settings, "127.0.0.1", ssh.Port, token);
        await MismatchAsync(settings with { Host = "10.0.0.7", Port = "2222", Entrance = passage });
        await File.WriteAllTextAsync(settings.KnownHostsFile, $"[127.0.0.1]:{ssh.Port} ssh-ed25519 {ssh.HostKey}\n", token);
        await MismatchAsync(settings);
        File.Delete(settings.KnownHostsFile);

        async Task MismatchAsync(SshSettings changed)
        {
            var refused = await RefusedAsync(changed, token);
            Assert.Equal(FailureReason.RunnerConfigurationError, refused.Reason);
            Assert.Contains("knownhosts: key mismatch", refused.Message, StringComparison.Ordinal);
            Assert.EndsWith($"as the runner's user: rm {settings.KnownHostsFile} (the next key that is shown is kept)", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_two_keys_that_are_shown_at_the_same_time_only_one_is_kept()
    {
        var token = TestContext.Current.CancellationToken;
        var settings = ssh.Settings with { KnownHostsFile = ssh.In("raced"), KeptAs = "auto-1" };
        var another = $"auto-1 ssh-ed25519 {File.ReadAllText(ssh.In("stranger.pub")).Split(' ')[1]}\n";
        // While this connection is being made, another one keeps what it was shown.
        var entrance = new Entrance(ssh.Port) { AtArrival = () => File.WriteAllText(settings.KnownHostsFile, another) };

        var refused = await RefusedAsync(settings with { Entrance = entrance }, token);

        Assert.Contains("knownhosts: key mismatch", refused.Message, StringComparison.Ordinal);
        Assert.Equal(another, await File.ReadAllTextAsync(settings.KnownHostsFile, token));
    }

    private static Task<EnvironmentException> RefusedAsync(SshSettings settings, CancellationToken token) =>
        Assert.ThrowsAsync<EnvironmentException>(() => SshConnection.OpenAsync(settings, token));

    /// <summary>What other processes are told at a port, one after the other.</summary>
    private static async Task<string> StrangersAsync(int port, int count, CancellationToken token)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"for i in {{1..{count}}}; do exec 3<>/dev/tcp/127.0.0.1/{port} && read -r -N 7 said <&3; printf %s \"$said\"; done");
        var strangers = await ChildProcess.RunAsync(new ProcessStart { FileName = "bash", Arguments = ["-c", line] }, 1024, token);
        Assert.True(strangers.Exit.IsSuccess, strangers.Error);
        return Encoding.UTF8.GetString(strangers.Output);
    }

    /// <summary>As soon as the library has closed the port.</summary>
    private static async Task<TcpListener> ListenAsync(int port, CancellationToken token)
    {
        while (true)
        {
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                listener.Dispose();
                await Task.Delay(10, token);
            }
        }
    }

    private static async Task<string> GreetingAsync(int port, CancellationToken token)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, token);
        var buffer = new byte[64];
        try
        {
            var count = await client.GetStream().ReadAsync(buffer, token);
            return Encoding.ASCII.GetString(buffer, 0, count);
        }
        catch (IOException)
        {
            // Closed with something unread.
            return "";
        }
    }

    /// <summary>A port that says of itself what the test wants.</summary>
    private sealed class Entrance(int port) : IEntrance, IEntranceCall
    {
        private bool _begun;

        public string? LossLater { get; init; }

        public Action AtArrival { get; init; } = () => { };

        public bool Arrived
        {
            get
            {
                AtArrival();
                return field;
            }

            init;
        } = true;

        public int Port => port;

        public string? Loss => _begun ? LossLater : null;

        public IEntranceCall Begin()
        {
            _begun = true;
            return this;
        }

        public void Dispose() { }
    }
}
