using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.Turnaround;

/// <summary>A proxy on the engine's socket that notes which calls go through it.</summary>
internal sealed partial class CallCounter : IAsyncDisposable
{
    private const string Engine = "/var/run/docker.sock";

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly Task _accepting;

    public CallCounter(string path)
    {
        Path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(64);
        _accepting = AcceptAsync();
    }

    public string Path { get; }

    /// <summary>Method and path of every call since the last question.</summary>
    public IReadOnlyList<string> Take()
    {
        var calls = new List<string>();
        while (_calls.TryDequeue(out var call))
        {
            calls.Add(call);
        }

        return calls;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptAsync(_stop.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        using (var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await engine.ConnectAsync(new UnixDomainSocketEndPoint(Engine));
            await Task.WhenAll(CopyAsync(client, engine, count: true), CopyAsync(engine, client, count: false))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool count)
    {
        var buffer = new byte[1 << 16];
        while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var read)
        {
            if (count && Request().Match(Encoding.Latin1.GetString(buffer, 0, read)) is { Success: true } request)
            {
                // A request begins a packet: no client sends the next one before the answer to the last.
                _calls.Enqueue($"{request.Groups[1].Value} {Long().Replace(request.Groups[2].Value, "ID")}");
            }

            for (var sent = 0; sent < read;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }

    [GeneratedRegex(@"^(GET|HEAD|POST|PUT|DELETE) (?:/v[\d.]+)?([^ ?]*)\S* HTTP/1\.1\r\n")]
    private static partial Regex Request();

    [GeneratedRegex("[0-9a-f]{32,}|runner-[^/]+")]
    private static partial Regex Long();
}
