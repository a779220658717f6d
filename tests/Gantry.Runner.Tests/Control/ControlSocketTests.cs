using System.Net.Sockets;
using System.Text;
using Gantry.Runner.Control;
using Gantry.Runner.Links;
using Gantry.TestKit.Logging;

namespace Gantry.Runner.Tests.Control;

public sealed class ControlSocketTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger<GitLabClient> _log = new();

    private string Path => ControlSocket.In(_folder.Path);

    [Fact(Timeout = Limit)]
    public async Task A_command_gets_the_daemons_answer_as_often_as_it_asks()
    {
        await using var server = Start(request => new ControlAnswer { Status = Status(draining: request.Command == "drain") });
        await using var client = await ControlClient.ConnectAsync(Path, TestContext.Current.CancellationToken);

        Assert.False((await client!.AskAsync("status", TestContext.Current.CancellationToken)).Draining);
        Assert.True((await client.AskAsync("drain", TestContext.Current.CancellationToken)).Draining);
    }

    [Fact(Timeout = Limit)]
    public async Task Only_the_daemons_own_user_may_open_the_socket()
    {
        await using var server = Start(_ => new ControlAnswer { Status = Status() });

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact(Timeout = Limit)]
    public async Task A_refusal_reaches_the_caller_in_the_daemons_words()
    {
        await using var server = Start(request => new ControlAnswer { Problem = $"no {request.Command}" });
        await using var client = await ControlClient.ConnectAsync(Path, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<IOException>(() => client!.AskAsync("fly", TestContext.Current.CancellationToken));

        Assert.Equal("no fly", refused.Message);
    }

    [Fact(Timeout = Limit)]
    public async Task Noise_is_answered_and_endless_lines_are_hung_up_on()
    {
        await using var server = Start(_ => new ControlAnswer { Status = Status() });
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), TestContext.Current.CancellationToken);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("what?\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var answer = new byte[256];
        var count = await stream.ReadAsync(answer, TestContext.Current.CancellationToken);
        Assert.Contains("not a request", Encoding.UTF8.GetString(answer, 0, count), StringComparison.Ordinal);

        await stream.WriteAsync(new byte[5000], TestContext.Current.CancellationToken);

        Assert.Equal(0, await ReadOrResetAsync(stream, answer));
    }

    [Fact(Timeout = Limit)]
    public async Task Where_no_daemon_listens_nobody_is_found()
    {
        Assert.Null(await ControlClient.ConnectAsync(Path, TestContext.Current.CancellationToken));
        var server = Start(_ => new ControlAnswer { Status = Status() });
        await server!.DisposeAsync();

        Assert.False(File.Exists(Path));
        Assert.Null(await ControlClient.ConnectAsync(Path, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Limit)]
    public async Task A_socket_left_by_a_killed_daemon_is_replaced()
    {
        using (var old = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            old.Bind(new UnixDomainSocketEndPoint(Path + "x"));
            File.Move(Path + "x", Path);
        }

        await using var server = Start(_ => new ControlAnswer { Status = Status() });
        await using var client = await ControlClient.ConnectAsync(Path, TestContext.Current.CancellationToken);

        Assert.NotNull(client);
    }

    [Fact]
    public void A_path_that_is_too_long_is_a_warning_not_the_end()
    {
        Assert.Null(ControlServer.Start(_folder.File(new string('x', 120)), (_, _) => Task.FromResult(new ControlAnswer()), _log));
        Assert.Contains(_log.Messages, message => message.Contains("use a shorter --state-dir", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private ControlServer? Start(Func<ControlRequest, ControlAnswer> answer) =>
        ControlServer.Start(Path, (request, _) => Task.FromResult(answer(request)), _log);

    private static async Task<int> ReadOrResetAsync(NetworkStream stream, byte[] buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static DaemonStatus Status(bool draining = false) => new()
    {
        ProcessId = 1,
        Version = "1",
        State = "running",
        Draining = draining,
        ConfigPath = "/etc/config.toml",
        ConfigBroken = false,
        Started = DateTimeOffset.UnixEpoch,
        Concurrent = 1,
        JobsReceived = 0,
        JobsFailed = 0,
        MemoryBytes = 0,
        Runners = [],
        Jobs = [],
    };
}
