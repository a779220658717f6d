using System.Net;
using Gantry.CommandLine;
using Gantry.Engine.Plans;
using Gantry.Logging;
using Gantry.Terminal;
using Gantry.TestKit.Tables;
using Gantry.Wrapping;
using Microsoft.Extensions.Logging;

namespace Gantry.Tests.Wrapping;

public sealed class WrapperServiceTests : IDisposable
{
    private const int Limit = 60_000;
    private const string Service = "gitlab_com.gitlab_runner.runner_wrapper.ProcessWrapper";

    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-wrapper-").FullName;
    private readonly StringWriter _said = new();

    [Fact(Timeout = Limit)]
    public async Task A_graceful_shutdown_is_asked_for_over_grpc_and_the_exit_status_comes_back()
    {
        var socket = Path.Combine(_folder, "grpc.sock");
        // The marker file says that the trap is set.
        await using var process = WrappedProcess.Start(Context("trap 'exit 7' QUIT; touch ready; while :; do sleep 0.05; done"), TimeSpan.FromSeconds(5));
        await using var service = await WrapperService.StartAsync("unix://" + socket, process, TestContext.Current.CancellationToken);
        while (!File.Exists(Path.Combine(_folder, "ready")))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        using var http = Client(socket);
        Assert.Equal((0, WrapperState.Running), await CallAsync(http, "CheckStatus"));
        Assert.Equal((0, WrapperState.InShutdown), await CallAsync(http, "InitGracefulShutdown"));

        Assert.Equal(7, await process.EndAsync(TestContext.Current.CancellationToken));
        Assert.Equal((0, WrapperState.Stopped), await CallAsync(http, "CheckStatus"));
        Assert.Equal("exit status 7", process.FailureReason);
        Assert.Equal(12, (await CallAsync(http, "Fly")).Status);
    }

    [Fact]
    [Tables("config-rules", "wrapper-listen")]
    public void Addresses_are_those_of_the_official_wrapper()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var address = one.Input.GetProperty("grpc_listen").GetString()!;
            if (one.Expected.TryGetProperty("error", out _))
            {
                Assert.Throws<CommandException>(() => WrapperService.Target(address));
                continue;
            }

            var target = WrapperService.Target(address == "(default)" ? WrapperService.DefaultAddress : address);
            Assert.Equal(one.Expected.GetProperty("network").GetString(), target.Scheme);
            // The name of the default address is resolved when it is used.
            var where = target.Scheme == "unix" ? target.AbsolutePath : target.Authority.Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
            Assert.Equal(one.Expected.GetProperty("address").GetString(), where);
        }

        Assert.Equal(5, cases.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task An_address_that_is_none_is_refused()
    {
        await using var process = WrappedProcess.Start(Context("exit 0"), TimeSpan.FromSeconds(5));

        var refused = await Assert.ThrowsAsync<CommandException>(
            () => WrapperService.StartAsync("http://localhost:1", process, TestContext.Current.CancellationToken));

        Assert.Contains("expected tcp://HOST:PORT or unix://PATH", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private CommandContext Context(string script)
    {
        var logs = new LineLoggerProvider(_said, TimeProvider.System);
        return new CommandContext
        {
            Terminal = new Silent(_said),
            Arguments = ["-c", $"cd {_folder}; {script}"],
            Environment = new Dictionary<string, string>(),
            Logs = logs,
            Loggers = new LoggerFactory([logs]),
            Time = TimeProvider.System,
            Host = new HostFacts(false, _folder, _folder, "host", "/bin/sh", new ProductVersion("gantry", "1", "r", "linux", "amd64")),
            LogSettingsFixed = false,
        };
    }

    private static HttpClient Client(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
            await connection.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(socket), cancellationToken);
            return new System.Net.Sockets.NetworkStream(connection, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task<(int Status, WrapperState State)> CallAsync(HttpClient http, string method)
    {
        using var content = new ByteArrayContent(new byte[5]);
        content.Headers.ContentType = new("application/grpc");
        using var response = await http.PostAsync($"/{Service}/{method}", content, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var status = int.Parse(response.TrailingHeaders.GetValues("grpc-status").Single(), System.Globalization.CultureInfo.InvariantCulture);
        return (status, body.Length > 6 && body[5] == 0x08 ? (WrapperState)body[6] : WrapperState.Unknown);
    }

    private sealed class Silent(TextWriter writer) : ITerminal
    {
        public TextWriter Output => writer;

        public TextWriter Error => TextWriter.Synchronized(writer);

        public bool IsInteractive => false;

        public bool OutputIsTerminal => false;

        public (int Width, int Height) Size => (80, 24);

        public ConsoleKey? TryReadKey() => null;

        public string? ReadLine() => null;
    }
}
