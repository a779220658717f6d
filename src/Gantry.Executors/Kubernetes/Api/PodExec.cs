using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gantry.Executors.Kubernetes.Api;

/// <summary>A command in a container of a pod.</summary>
/// <param name="Namespace">Of the pod.</param>
/// <param name="Pod">Its name.</param>
/// <param name="Container">Its name.</param>
/// <param name="Command">Program and arguments; seen by everybody in the pod.</param>
internal sealed record PodCommand(string Namespace, string Pod, string Container, IReadOnlyList<string> Command)
{
    /// <summary>A terminal of its own: standard error then comes with the output.</summary>
    public bool Terminal { get; init; }

    /// <summary>Something will be written to its standard input.</summary>
    public bool Input { get; init; } = true;

    public string Path =>
        $"/api/v1/namespaces/{Uri.EscapeDataString(Namespace)}/pods/{Uri.EscapeDataString(Pod)}/exec?container={Uri.EscapeDataString(Container)}"
        + $"&stdin={(Input ? "true" : "false")}&stdout=true&stderr={(Terminal ? "false" : "true")}&tty={(Terminal ? "true" : "false")}"
        + string.Concat(Command.Select(word => "&command=" + Uri.EscapeDataString(word)));
}

/// <summary>Takes what a command writes; valid during the call only.</summary>
internal delegate void PodOutput(ReadOnlySpan<byte> bytes);

/// <summary>
/// One command in a pod over a WebSocket of <c>v5.channel.k8s.io</c>: the first byte of a message says whose the rest is. One reader
/// and one writer at a time.
/// </summary>
internal sealed class PodExec : IAsyncDisposable
{
    public const string Protocol = "v5.channel.k8s.io";

    private const byte InputChannel = 0;
    private const byte OutputChannel = 1;
    private const byte ErrorChannel = 2;
    private const byte StatusChannel = 3;
    private const byte ResizeChannel = 4;
    private const byte CloseChannel = 255;

    /// <summary>What one message carries at most: what the server's own buffers take.</summary>
    private const int ChunkLength = 32 * 1024;

    /// <summary>The status comes last; whoever does not close then is not waited for.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly SemaphoreSlim _writing = new(1, 1);

    private PodExec(WebSocket socket) => _socket = socket;

    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public static async Task<PodExec> StartAsync(ClusterClient cluster, PodCommand command, CancellationToken cancellationToken) =>
        new(await cluster.ConnectAsync(command.Path, Protocol, cancellationToken));

    /// <summary>Runs a command to its end. Nothing is waited for that does not read its input.</summary>
    /// <exception cref="ClusterException">Refused, unreachable, or broken off.</exception>
    public static async Task<PodExit> RunAsync(
        ClusterClient cluster, PodCommand command, ReadOnlyMemory<byte> input, (PodOutput Out, PodOutput Error) outputs, CancellationToken cancellationToken)
    {
        await using var exec = await StartAsync(cluster, command with { Input = !input.IsEmpty }, cancellationToken);
        var reading = exec.ReadAsync(outputs.Out, outputs.Error, cancellationToken);
        if (!input.IsEmpty)
        {
            await exec.WriteAllAsync(token => exec.WriteAsync(input, token), cancellationToken);
        }

        return await reading;
    }

    /// <summary>Writes to the command's input and ends it. A command that ends before it has read all of it is no error here.</summary>
    public async Task WriteAllAsync(Func<CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            await write(cancellationToken);
            await CloseInputAsync(cancellationToken);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // How the command ended, or that it did not, is told by the reading side.
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, ChunkLength)];
            await SendAsync(InputChannel, part, cancellationToken);
            bytes = bytes[part.Length..];
        }
    }

    public Task CloseInputAsync(CancellationToken cancellationToken) => SendAsync(CloseChannel, new[] { InputChannel }, cancellationToken);

    /// <summary>Tells a terminal how large it is.</summary>
    public Task ResizeAsync(int columns, int rows, CancellationToken cancellationToken) =>
        SendAsync(ResizeChannel, Bytes(new JsonObject { ["Width"] = columns, ["Height"] = rows }), cancellationToken);

    /// <summary>Hands out what the command writes until it has ended.</summary>
    /// <exception cref="ClusterException">The connection broke, or the command could not be run.</exception>
    public Task<PodExit> ReadAsync(PodOutput output, PodOutput error, CancellationToken cancellationToken) =>
        ReadAsync(output, error, static _ => ValueTask.CompletedTask, cancellationToken);

    /// <summary>The same, with a word about when there is room for more: as long as there is none, the command waits.</summary>
    /// <exception cref="ClusterException">The connection broke, or the command could not be run.</exception>
    public async Task<PodExit> ReadAsync(PodOutput output, PodOutput error, Func<CancellationToken, ValueTask> room, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkLength + 1);
        using var status = new MemoryStream();
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var channel = -1;
            while (true)
            {
                await room(cancellationToken);
                var got = await _socket.ReceiveAsync(buffer.AsMemory(), closing.Token);
                if (got.MessageType == WebSocketMessageType.Close)
                {
                    return Exit(status);
                }

                var bytes = buffer.AsSpan(0, got.Count);
                if (channel < 0 && bytes.Length > 0)
                {
                    channel = bytes[0];
                    bytes = bytes[1..];
                }

                Hand(channel, bytes, (output, error), status);
                if (got.EndOfMessage)
                {
                    if (channel == StatusChannel && status.Length > 0)
                    {
                        closing.CancelAfter(CloseLimit);
                    }

                    channel = -1;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            return status.Length > 0 ? Exit(status) : throw ClusterException.Unreachable("the connection to the command in the pod broke before its end was told", e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Exit(status);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public ValueTask DisposeAsync()
    {
        // A polite goodbye would wait for a server that may be gone.
        _socket.Abort();
        _socket.Dispose();
        _writing.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Hand(int channel, ReadOnlySpan<byte> bytes, (PodOutput Out, PodOutput Error) outputs, MemoryStream status)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        switch (channel)
        {
            case OutputChannel:
                outputs.Out(bytes);
                break;
            case ErrorChannel:
                outputs.Error(bytes);
                break;
            case StatusChannel:
                status.Write(bytes);
                break;
            default:
                // Nothing of ours.
                break;
        }
    }

    private static PodExit Exit(MemoryStream status)
    {
        if (status.Length == 0)
        {
            throw ClusterException.Broken("the connection to the command in the pod was closed before its end was told");
        }

        JsonNode? told;
        try
        {
            told = JsonNode.Parse(status.GetBuffer().AsSpan(0, (int)status.Length));
        }
        catch (JsonException)
        {
            throw ClusterException.Broken("the end of the command in the pod cannot be read");
        }

        if (told.Text("status") == "Success")
        {
            return new PodExit(0);
        }

        foreach (var cause in told.Items("details", "causes"))
        {
            if (cause.Text("reason") == "ExitCode" && cause.Number("message") is { } code)
            {
                return new PodExit((int)code);
            }
        }

        throw ClusterException.Refused((int)(told.Number("code") ?? 500), told.Text("reason"), told.Text("message") is { Length: > 0 } message ? message : "the command in the pod failed without a reason");
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(bytes.Length + 1);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            message[0] = channel;
            bytes.CopyTo(message.AsMemory(1));
            await _socket.SendAsync(message.AsMemory(0, bytes.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _writing.Release();
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}

/// <summary>How a command in a pod ended.</summary>
/// <param name="Code">Of its process.</param>
internal readonly record struct PodExit(int Code);
