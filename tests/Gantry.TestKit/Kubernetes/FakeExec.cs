using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Gantry.Engine.Processes;

namespace Gantry.TestKit.Kubernetes;

/// <summary>The server's end of <c>v5.channel.k8s.io</c>: a process behind a WebSocket.</summary>
internal sealed class FakeExec(WebSocket socket, ExecCut cut, ProcessStart start) : IDisposable
{
    public const string Protocol = "v5.channel.k8s.io";

    private readonly Channel<byte[]> _messages = Channel.CreateBounded<byte[]>(16);
    private readonly CancellationTokenSource _broken = new();

    public void Dispose() => _broken.Dispose();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _broken.Token);
        await cut.Arrives.WaitAsync(cancellationToken);
        var sending = SendAllAsync();
        await using var child = ChildProcess.Start(start with { Output = Sink(1), Error = start.Terminal ? ProcessOutput.Dropped : Sink(2) });
        var receiving = ReceiveAsync(child, gone);
        try
        {
            var exit = await child.WaitAsync(gone.Token);
            if (!cut.BeforeStatus)
            {
                await _messages.Writer.WriteAsync([3, .. Encoding.UTF8.GetBytes(Status(exit.Code).ToJsonString())], CancellationToken.None);
            }

            _messages.Writer.Complete();
            await sending;
            if (cut.BeforeStatus)
            {
                return;
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
            await receiving;
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            _messages.Writer.TryComplete();
        }
    }

    private ProcessOutput Sink(byte channel) => ProcessOutput.To(bytes =>
    {
        byte[] message = [channel, .. bytes];
        if (!_messages.Writer.TryWrite(message))
        {
            // On the child's own thread: it waits, as the kubelet does.
            _messages.Writer.WriteAsync(message).AsTask().Wait();
        }
    });

    private async Task SendAllAsync()
    {
        try
        {
            var left = cut.Output ?? int.MaxValue;
            await foreach (var message in _messages.Reader.ReadAllAsync())
            {
                var bytes = message[0] == 1 ? message.AsMemory(0, 1 + Math.Min(left, message.Length - 1)) : message;
                await socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
                left -= message[0] == 1 && cut.Output is not null ? bytes.Length - 1 : 0;
                if (left == 0)
                {
                    // The server hangs up behind what was sent, without a goodbye.
                    await _broken.CancelAsync();
                    break;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The runner has gone.
        }

        // What the process writes is nobody's.
        await foreach (var _ in _messages.Reader.ReadAllAsync())
        {
        }
    }

    private async Task ReceiveAsync(ChildProcess child, CancellationTokenSource gone)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var (length, got) = (0, default(ValueWebSocketReceiveResult));
                do
                {
                    got = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += got.Count;
                }
                while (!got.EndOfMessage);
                if (got.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                if (buffer[0] == 0 && cut.InInput)
                {
                    await child.Input.WriteAsync(buffer.AsMemory(1, length / 2));
                    await child.Input.DisposeAsync();
                    await _broken.CancelAsync();
                }
                else if (buffer[0] == 0)
                {
                    await child.Input.WriteAsync(buffer.AsMemory(1, length - 1));
                }
                else if (buffer[0] == 255)
                {
                    await child.Input.DisposeAsync();
                    if (cut.AfterInput)
                    {
                        await _broken.CancelAsync();
                    }
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            await gone.CancelAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process does not read any more.
        }
    }

    private static JsonObject Status(int code) => code == 0
        ? new JsonObject { ["metadata"] = new JsonObject(), ["status"] = "Success" }
        : new JsonObject
        {
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = $"command terminated with non-zero exit code: exit status {code}",
            ["reason"] = "NonZeroExitCode",
            ["details"] = new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = code.ToString(CultureInfo.InvariantCulture) }),
            },
        };
}
