using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.Executors.Tests.Docker;

/// <summary>
/// Stands between the runner and an engine's socket: writes down what is asked, and breaks connections on wish. One connection in,
/// one out; bytes are not touched.
/// </summary>
internal sealed partial class EngineProxy : IAsyncDisposable
{
    private const int SentLimit = 64 * 1024;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly List<string> _requests = [];
    private readonly StringBuilder _sent = new();
    private readonly List<Task> _work = [];
    private readonly List<Budget> _open = [];
    private readonly string _path;
    private readonly string _engine;

    public EngineProxy(string folder, string engine = "/var/run/docker.sock")
    {
        (_path, _engine) = (Path.Combine(folder, $"proxy-{Guid.NewGuid():n}"[..14] + ".sock"), engine);
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen(128);
        _work.Add(AcceptAsync());
    }

    /// <summary>For <c>host</c> of <c>[runners.docker]</c>.</summary>
    public string Host => "unix://" + _path;

    /// <summary>Request line, how many of the engine's bytes still pass on that connection; null for all.</summary>
    public Func<string, long?> Limit { get; set; } = _ => null;

    /// <summary>Such as <c>POST /v1.41/containers/create?name=x</c>.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>What the runner sent, with its heads.</summary>
    public string Sent
    {
        get
        {
            lock (_gate)
            {
                return _sent.ToString();
            }
        }
    }

    /// <summary>Breaks every connection whose last request line contains this.</summary>
    public void Break(string part)
    {
        lock (_gate)
        {
            foreach (var one in _open.Where(one => one.Line.Contains(part, StringComparison.Ordinal)))
            {
                one.Close();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        Task[] work;
        lock (_gate)
        {
            work = [.. _work];
        }

        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptAsync(_end.Token);
            lock (_gate)
            {
                _work.Add(ServeAsync(client));
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            await engine.ConnectAsync(new UnixDomainSocketEndPoint(_engine), _end.Token);
            var budget = new Budget(client, engine);
            lock (_gate)
            {
                _open.Add(budget);
            }

            var up = PumpAsync(client, engine, bytes => Note(bytes, budget));
            var down = PumpAsync(engine, client, budget.Pass);
            // A direction that ends leaves the other open, as the engine does; a broken one ends both.
            var first = await Task.WhenAny(up, down);
            if (first == down || !await up)
            {
                return;
            }

            await down;
        }
    }

    /// <returns>False when the connection is to be broken.</returns>
    private async Task<bool> PumpAsync(Socket from, Socket to, Func<Memory<byte>, Memory<byte>?> look)
    {
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer, _end.Token)) > 0)
        {
            var passed = look(buffer.AsMemory(0, read));
            if (passed is not { } bytes)
            {
                return false;
            }

            for (var sent = 0; sent < bytes.Length;)
            {
                sent += await to.SendAsync(bytes[sent..], _end.Token);
            }

            if (bytes.Length < read)
            {
                return false;
            }
        }

        to.Shutdown(SocketShutdown.Send);
        return true;
    }

    private Memory<byte>? Note(Memory<byte> bytes, Budget budget)
    {
        var text = Encoding.Latin1.GetString(bytes.Span);
        lock (_gate)
        {
            _sent.Append(text.AsSpan(0, Math.Min(text.Length, SentLimit)));
            foreach (Match match in RequestLine().Matches(text))
            {
                var line = $"{match.Groups[1].Value} {match.Groups[2].Value}";
                _requests.Add(line);
                (budget.Line, budget.Left) = (line, Limit(line));
            }
        }

        return bytes;
    }

    [GeneratedRegex(@"^(GET|POST|PUT|DELETE|HEAD) (/\S*) HTTP/1\.1\r$", RegexOptions.Multiline)]
    private static partial Regex RequestLine();

    private sealed class Budget(Socket client, Socket engine)
    {
        public string Line { get; set; } = "";

        public long? Left { get; set; }

        public void Close()
        {
            client.Dispose();
            engine.Dispose();
        }

        public Memory<byte>? Pass(Memory<byte> bytes)
        {
            if (Left is not { } left)
            {
                return bytes;
            }

            Left = Math.Max(0, left - bytes.Length);
            return left == 0 ? null : bytes[..(int)Math.Min(bytes.Length, left)];
        }
    }
}
