using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gantry.Executors.Tests.Docker.Windows;

/// <summary>
/// Stands before a web server that cannot close one direction of a connection: requests to be turned into raw connections are served here,
/// all others by the server.
/// </summary>
internal sealed class HalfOpenFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly IPEndPoint _server;
    private readonly Func<string, Stream, Task> _serve;
    private readonly Task _accepting;

    /// <param name="server">For all others.</param>
    /// <param name="serve">Given the request line and the raw connection, which ends with the task.</param>
    public HalfOpenFront(IPEndPoint server, Func<string, Stream, Task> serve)
    {
        (_server, _serve) = (server, serve);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var head = new byte[32 * 1024];
            var read = await stream.ReadAsync(head, _end.Token);
            var line = Encoding.ASCII.GetString(head, 0, read).Split("\r\n")[0];
            if (line.Contains("/attach?", StringComparison.Ordinal))
            {
                await stream.WriteAsync("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"u8.ToArray(), _end.Token);
                await _serve(line, stream);
                return;
            }

            using var server = new TcpClient();
            await server.ConnectAsync(_server, _end.Token);
            var far = server.GetStream();
            await far.WriteAsync(head.AsMemory(0, read), _end.Token);
            await Task.WhenAny(stream.CopyToAsync(far, _end.Token), far.CopyToAsync(stream, _end.Token));
        }
    }
}
