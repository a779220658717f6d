using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Tests.Docker.Api;

public sealed class HijackHandshakeTests
{
    [Theory(Timeout = 30_000)]
    [InlineData("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n")]
    public async Task Bytes_that_follow_the_head_at_once_are_not_lost(string head)
    {
        var token = TestContext.Current.CancellationToken;
        var (stream, request) = await OpenAsync(head + "first", token);
        var buffer = new byte[3];
        Assert.Equal(3, await stream.ReadAsync(buffer, token));
        Assert.Equal("fir", Encoding.ASCII.GetString(buffer));
        Assert.Equal(2, await stream.ReadAsync(buffer, token));
        Assert.StartsWith("POST /v1.41/containers/x/attach?stream=1 HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Upgrade: tcp\r\nConnection: Upgrade\r\n", request, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 31\r\n\r\n{\"message\":\"No such container\"}")]
    [InlineData("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\n{\"message\":\"No such container\"}\r\n0\r\n\r\n")]
    public async Task A_refusal_carries_the_engines_own_words(string answer)
    {
        var token = TestContext.Current.CancellationToken;
        var e = await Assert.ThrowsAsync<EngineException>(() => OpenAsync(answer, token));
        Assert.True(e.IsNotFound);
        Assert.Equal("No such container", e.Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_connection_that_closes_without_an_answer_is_unreachable() =>
        Assert.True((await Assert.ThrowsAsync<EngineException>(() => OpenAsync("", TestContext.Current.CancellationToken))).IsUnreachable);

    [Fact(Timeout = 30_000)]
    public async Task Something_that_is_no_engine_is_unreachable() =>
        Assert.True((await Assert.ThrowsAsync<EngineException>(() => OpenAsync("SSH-2.0-OpenSSH_9.2\r\n\r\n", TestContext.Current.CancellationToken))).IsUnreachable);

    private static async Task<(HijackedStream Stream, string Request)> OpenAsync(string answer, CancellationToken token)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndpoint, token);
        using var served = await listener.AcceptSocketAsync(token);
        await served.SendAsync(Encoding.ASCII.GetBytes(answer), token);
        served.Shutdown(SocketShutdown.Send);
        var stream = await HijackHandshake.OpenAsync(EngineConnection.Of(socket), "/v1.41/containers/x/attach?stream=1", default, token);
        var buffer = new byte[4096];
        var read = await served.ReceiveAsync(buffer, token);
        return (stream, Encoding.ASCII.GetString(buffer, 0, read));
    }
}
