using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Live;

/// <summary>
/// A connection to the session server of a runner, of which only the certificate that the runner gave is believed. One visit,
/// then dispose.
/// </summary>
internal sealed class RunnerTerminal : IDisposable
{
    /// <summary>Binary messages, raw.</summary>
    public const string Protocol = "terminal.gitlab.com";

    private const int BufferSize = 8 * 1024;
    // What fits into the closing message of a WebSocket.
    private const int LongestReason = 123;
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(5);
    // The runner itself waits a minute for the job's environment.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);

    private readonly ClientWebSocket _runner = new();
    private readonly Uri _address;

    public RunnerTerminal(JobTerminalRow terminal)
    {
        _address = new UriBuilder(terminal.Url + "/exec") { Scheme = "wss" }.Uri;
        var options = _runner.Options;
        options.AddSubProtocol(Protocol);
        options.SetRequestHeader("Authorization", terminal.Authorization);
        options.CollectHttpResponseDetails = true;
        options.Proxy = null;
        if (terminal.Certificate.Length > 0)
        {
            options.RemoteCertificateValidationCallback = (_, shown, _, _) => Is(shown, terminal.Certificate);
        }
    }

    /// <summary>After a failed connection: what the runner answered; 0 when it did not.</summary>
    public HttpStatusCode Refusal => _runner.HttpStatusCode;

    /// <exception cref="WebSocketException">The runner is out of reach, or refuses: <see cref="Refusal"/>.</exception>
    public async Task ConnectAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            await _runner.ConnectAsync(_address, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new WebSocketException(WebSocketError.Faulted);
        }
    }

    /// <summary>Carries bytes both ways until either side leaves, or with the token.</summary>
    public async Task CarryAsync(WebSocket browser, CancellationToken cancellation)
    {
        // The token does not reach the sockets: a read that is given up cuts the connection, and nobody hears a goodbye.
        using var loops = new CancellationTokenSource();
        var shown = CopyAsync(_runner, browser, loops.Token);
        var typed = CopyAsync(browser, _runner, loops.Token);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(() => told.TrySetResult());
        await Task.WhenAny(shown, typed, told.Task);
        await Task.WhenAll(LeaveAsync(browser, ""), LeaveAsync(_runner, ""));
        await Ended(Task.WhenAll(shown, typed).WaitAsync(GoodbyeLimit, CancellationToken.None));
        await loops.CancelAsync();
        await Ended(Task.WhenAll(shown, typed));
    }

    /// <summary>Says goodbye; the other side may be gone already.</summary>
    public static async Task LeaveAsync(WebSocket socket, string reason)
    {
        using var limit = new CancellationTokenSource(GoodbyeLimit);
        await Ended(socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, Cut(reason), limit.Token));
    }

    public void Dispose() => _runner.Dispose();

    private static async Task CopyAsync(WebSocket from, WebSocket to, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        while (await from.ReceiveAsync(buffer.AsMemory(), cancellation) is { MessageType: not WebSocketMessageType.Close } got)
        {
            await to.SendAsync(buffer.AsMemory(0, got.Count), WebSocketMessageType.Binary, got.EndOfMessage, cancellation);
        }
    }

    private static bool Is(X509Certificate? shown, string pem)
    {
        using var known = X509Certificate2.CreateFromPem(pem);
        return shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(known.RawDataMemory.Span);
    }

    private static string Cut(string reason)
    {
        while (Encoding.UTF8.GetByteCount(reason) > LongestReason)
        {
            reason = reason[..^1];
        }

        return reason;
    }

    // Whatever ends a direction ends the visit; there is nobody to tell.
    private static async Task Ended(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
