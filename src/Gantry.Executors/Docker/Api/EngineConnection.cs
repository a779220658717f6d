using System.Net.Security;
using System.Net.Sockets;

namespace Gantry.Executors.Docker.Api;

/// <summary>
/// One byte connection to the engine. Beyond a stream it can end its own direction while the other stays open, which is how a
/// container's standard input is closed.
/// </summary>
internal sealed class EngineConnection(Stream stream, Func<ValueTask> closeWrite) : IDisposable
{
    public Stream Stream { get; } = stream;

    public static EngineConnection Of(Socket socket)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        return new EngineConnection(stream, () => Shut(socket));
    }

    public static EngineConnection Of(SslStream stream) => new(stream, async () => await stream.ShutdownAsync());

    public static EngineConnection Of(TunnelLine line) => new(line.Stream, line.CloseWrite);

    /// <summary>No more bytes follow; reading goes on.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    public ValueTask CloseWriteAsync() => closeWrite();

    public void Dispose() => Stream.Dispose();

    private static ValueTask Shut(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            return ValueTask.CompletedTask;
        }
        catch (SocketException e)
        {
            return ValueTask.FromException(new IOException(e.Message, e));
        }
    }
}
