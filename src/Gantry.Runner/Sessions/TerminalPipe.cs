using System.Net.WebSockets;
using System.Text;
using Gantry.Engine.Executors;

namespace Gantry.Runner.Sessions;

/// <summary>
/// Carries bytes between a WebSocket and a shell. <c>terminal.gitlab.com</c>: binary messages, raw;
/// <c>base64.terminal.gitlab.com</c>: text messages, each base64 of its own.
/// </summary>
internal sealed class TerminalPipe(WebSocket socket, ITerminalShell shell, bool base64)
{
    public const string Plain = "terminal.gitlab.com";
    public const string Base64 = "base64.terminal.gitlab.com";

    private const int BufferSize = 4096;
    private const int LongestMessage = 64 * 1024;
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(5);

    /// <summary>Ends when either side has ended, or with the token.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // The token does not reach the socket itself: a read that is given up cuts the connection, and nobody hears a goodbye.
        using var loops = new CancellationTokenSource();
        var shows = ShowAsync(loops.Token);
        var types = TypeAsync(loops.Token);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => told.TrySetResult());
        var first = await Task.WhenAny(shows, types, told.Task);
        await GoodbyeAsync();
        if (first == shows)
        {
            // The other side says goodbye, too.
            await Ended(types.WaitAsync(GoodbyeLimit, CancellationToken.None));
        }

        await loops.CancelAsync();
        await Task.WhenAll(Ended(shows), Ended(types));
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        while (await shell.Terminal.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            var bytes = buffer.AsMemory(0, count);
            await (base64
                ? socket.SendAsync(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes.Span)), WebSocketMessageType.Text, true, cancellationToken)
                : socket.SendAsync(bytes, WebSocketMessageType.Binary, true, cancellationToken).AsTask());
        }
    }

    private async Task TypeAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestMessage];
        var length = 0;
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            if (got.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            length += got.Count;
            if (base64 && !got.EndOfMessage)
            {
                if (length == buffer.Length)
                {
                    // Nobody types that much at once.
                    return;
                }

                continue;
            }

            if (Typed(buffer, length) is { } bytes)
            {
                await shell.Terminal.WriteAsync(bytes, cancellationToken);
            }

            length = 0;
        }
    }

    /// <summary>Null: no base64; such a message is dropped.</summary>
    private ReadOnlyMemory<byte>? Typed(byte[] buffer, int length)
    {
        if (!base64)
        {
            return buffer.AsMemory(0, length);
        }

        return System.Buffers.Text.Base64.DecodeFromUtf8InPlace(buffer.AsSpan(0, length), out var written) == System.Buffers.OperationStatus.Done
            ? buffer.AsMemory(0, written)
            : null;
    }

    private async Task GoodbyeAsync()
    {
        using var limit = new CancellationTokenSource(GoodbyeLimit);
        await Ended(socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token));
    }

    // Whatever ends a direction (the other side is gone, the shell died) ends the visit; there is nobody to tell.
    private static async Task Ended(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
