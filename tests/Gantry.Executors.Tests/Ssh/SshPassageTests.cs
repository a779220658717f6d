using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Processes;
using Gantry.Executors.Ssh;
using Gantry.Protocol;

namespace Gantry.Executors.Tests.Ssh;

/// <summary>A way through a server to what only that can reach, and hosts whose key nobody knew before.</summary>
public sealed class SshPassageTests(LiveSsh ssh) : IClassFixture<LiveSsh>
{
    [Fact(Timeout = 60_000)]
    public async Task The_way_is_open_to_this_process_and_closed_to_every_other()
    {
        var token = TestContext.Current.CancellationToken;
        using var passage = await SshPassage.OpenAsync(ssh.Settings, "127.0.0.1", ssh.Port, token);

        Assert.StartsWith("SSH-2.0", await GreetingAsync(passage.Entrance, token), StringComparison.Ordinal);
        var line = string.Create(CultureInfo.InvariantCulture, $"exec 3<>/dev/tcp/127.0.0.1/{passage.Entrance} && head -c 7 <&3");
        var stranger = await ChildProcess.RunAsync(new ProcessStart { FileName = "bash", Arguments = ["-c", line] }, 1024, token);
        Assert.True(stranger.Exit.IsSuccess, stranger.Error);
        Assert.Equal("", Encoding.UTF8.GetString(stranger.Output));
        Assert.StartsWith("SSH-2.0", await GreetingAsync(passage.Entrance, token), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_entrance_leads_to_the_host_under_the_hosts_own_name()
    {
        var token = TestContext.Current.CancellationToken;
        using var passage = await SshPassage.OpenAsync(ssh.Settings, "127.0.0.1", ssh.Port, token);

        using var through = await SshConnection.OpenAsync(ssh.Settings with { Entrance = passage.Entrance }, token);

        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{ssh.Port}"), through.Name);
    }

    [Fact(Timeout = 60_000)]
    public async Task Where_nobody_listens_is_told_as_a_connection_that_may_come_later()
    {
        var token = TestContext.Current.CancellationToken;
        using var passage = await SshPassage.OpenAsync(ssh.Settings, "127.0.0.1", 1, token);

        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => SshConnection.OpenAsync(ssh.Settings with { Port = "1", Entrance = passage.Entrance }, token));

        Assert.True(broken.Retriable);
        Assert.Contains("127.0.0.1:1: ", broken.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_first_key_of_a_new_host_is_kept_and_another_one_is_refused_from_then_on()
    {
        var token = TestContext.Current.CancellationToken;
        var settings = ssh.Settings with { KnownHostsFile = ssh.In("learned"), AcceptsNewHostKey = true };

        (await SshConnection.OpenAsync(settings, token)).Dispose();
        var line = string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{ssh.Port} ssh-ed25519 {ssh.HostKey}\n");
        Assert.Equal(line, await File.ReadAllTextAsync(settings.KnownHostsFile, token));
        (await SshConnection.OpenAsync(settings, token)).Dispose();
        Assert.Equal(line, await File.ReadAllTextAsync(settings.KnownHostsFile, token));

        await File.WriteAllTextAsync(settings.KnownHostsFile, line.Replace(ssh.HostKey, File.ReadAllText(ssh.In("stranger.pub")).Split(' ')[1], StringComparison.Ordinal), token);
        var refused = await Assert.ThrowsAsync<EnvironmentException>(() => SshConnection.OpenAsync(settings, token));
        Assert.Equal(FailureReason.RunnerConfigurationError, refused.Reason);
        Assert.Contains("knownhosts: key mismatch", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<string> GreetingAsync(int port, CancellationToken token)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, token);
        var buffer = new byte[64];
        var count = await client.GetStream().ReadAsync(buffer, token);
        return Encoding.ASCII.GetString(buffer, 0, count);
    }
}
