using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Control;

/// <summary>
/// Answers commands of this machine's operator while the daemon runs. Whoever may open the socket (mode 0600: the
/// daemon's own user and root) may steer it. One line in, one line out, as often as the caller wants.
/// </summary>
internal sealed partial class ControlServer : IAsyncDisposable
{
    private const int LongestRequest = 4096;

    private readonly Socket _listener;
    private readonly string _path;
    private readonly Func<ControlRequest, CancellationToken, Task<ControlAnswer>> _answer;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private ControlServer(Socket listener, string path, Func<ControlRequest, CancellationToken, Task<ControlAnswer>> answer, ILogger logger)
    {
        (_listener, _path, _answer, _logger) = (listener, path, answer, logger);
        _accepting = AcceptAsync();
    }

    /// <summary>Null, with a warning: there can be no socket here. The daemon works without.</summary>
    public static ControlServer? Start(string path, Func<ControlRequest, CancellationToken, Task<ControlAnswer>> answer, ILogger logger)
    {
        if (Encoding.UTF8.GetByteCount(path) > ControlSocket.LongestPath)
        {
            Log.NoSocket(logger, path, "the path is too long for a socket; use a shorter --state-dir");
            return null;
        }

        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Delete(path);
            Bind(listener, path);
            listener.Listen();
            return new ControlServer(listener, path, answer, logger);
        }
        catch (Exception problem) when (problem is SocketException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            Log.NoSocket(logger, path, problem.Message);
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Log.NoSocket(_logger, _path, problem.Message);
        }
    }

    // Bound under another name and renamed when its mode is right: nobody can connect in between.
    private static void Bind(Socket listener, string path)
    {
        var beginning = path + ".new";
        File.Delete(beginning);
        listener.Bind(new UnixDomainSocketEndPoint(beginning));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(beginning, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.Move(beginning, path, overwrite: true);
    }

    private async Task AcceptAsync()
    {
        var callers = new List<Task>();
        try
        {
            while (true)
            {
                var caller = await _listener.AcceptAsync(_stop.Token);
                callers.RemoveAll(task => task.IsCompleted);
                callers.Add(ServeAsync(caller));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(callers);
        }
    }

    private async Task ServeAsync(Socket caller)
    {
        try
        {
            await using var stream = new NetworkStream(caller, ownsSocket: true);
            var line = new byte[LongestRequest];
            while (await ControlLines.ReadAsync(stream, line, _stop.Token) is { } request)
            {
                var answer = Parse(request.Span) is { } wanted
                    ? await _answer(wanted, _stop.Token)
                    : new ControlAnswer { Problem = "not a request" };
                await stream.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(answer, ControlJson.Default.ControlAnswer), (byte)'\n'], _stop.Token);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException)
        {
            // The caller hung up, or the daemon ends.
        }
    }

    private static ControlRequest? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ControlJson.Default.ControlRequest);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "the commands drain, undrain, status and top cannot reach this daemon: {path}: {why}")]
        public static partial void NoSocket(ILogger logger, string path, string why);
    }
}
