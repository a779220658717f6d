using System.Net.Sockets;
using System.Text.Json;

namespace Gantry.Runner.Control;

/// <summary>A command's connection to the running daemon. One request at a time.</summary>
public sealed class ControlClient : IAsyncDisposable
{
    private const int LongestAnswer = 4 << 20;

    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[LongestAnswer];

    private ControlClient(NetworkStream stream) => _stream = stream;

    /// <summary>Null: no daemon listens there.</summary>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static async Task<ControlClient?> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new ControlClient(new NetworkStream(socket, ownsSocket: true));
        }
        catch (SocketException problem)
        {
            socket.Dispose();
            return problem.SocketErrorCode == SocketError.AccessDenied
                ? throw new UnauthorizedAccessException($"{path} belongs to another user; run this command as that user or as root")
                : null;
        }
    }

    /// <exception cref="IOException">The daemon ended, or refused; the message says which.</exception>
    public async Task<DaemonStatus> AskAsync(string command, CancellationToken cancellationToken)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(new ControlRequest(command), ControlJson.Default.ControlRequest);
        await _stream.WriteAsync((byte[])[.. request, (byte)'\n'], cancellationToken);
        var line = await ControlLines.ReadAsync(_stream, _buffer, cancellationToken) ?? throw new IOException("the daemon has ended");
        var answer = JsonSerializer.Deserialize(line.Span, ControlJson.Default.ControlAnswer);
        return answer?.Problem is { } problem
            ? throw new IOException(problem)
            : answer?.Status ?? throw new IOException("the daemon gave no answer that this program understands");
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
