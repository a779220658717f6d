using System.Buffers;
using System.Text;
using System.Text.Json;
using Gantry.Engine.Processes;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Autoscaling.Providers;

/// <summary>
/// A running plugin: requests and answers are JSON objects, one a line, on its standard input and output; standard error is its log
/// (docs/autoscaling.md). Thread-safe.
/// </summary>
internal sealed partial class PluginProcess : IAsyncDisposable
{
    private const int LongestLine = 8 << 20;

    private static readonly TimeSpan EndWait = TimeSpan.FromSeconds(5);

    private readonly string _name;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ChildProcess _child;
    private readonly Task _reading;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<long, TaskCompletionSource<JsonElement>> _pending = [];
    private readonly LogLines _said;
    private long _last;
    private string? _over;
    private bool _isOfficial;

    private PluginProcess(string path, ILogger logger, TimeProvider time)
    {
        (_name, _logger, _time) = (Path.GetFileName(path), logger, time);
        _said = new LogLines(Hear);
        _child = ChildProcess.Start(new ProcessStart
        {
            FileName = path,
            Input = ProcessInput.Written,
            Output = ProcessOutput.Read,
            Error = ProcessOutput.To(bytes => _said.Take(bytes)),
            TerminateWait = EndWait,
            Time = time,
        });
        _reading = ReadAsync();
    }

    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _over is not null;
            }
        }
    }

    /// <exception cref="ProviderException">It cannot be started.</exception>
    public static PluginProcess Start(string path, ILogger logger, TimeProvider time)
    {
        try
        {
            return new PluginProcess(path, logger, time);
        }
        catch (ProcessException e)
        {
            throw new ProviderException($"running autoscaler plugin: {path}: {e.Message}. It must be a program that this user may run", e);
        }
    }

    /// <param name="method">Of the contract.</param>
    /// <param name="parameters">Writes the members of the object <c>params</c>.</param>
    /// <param name="cancellationToken">The answer is not waited for any more.</param>
    /// <returns>The object <c>result</c>.</returns>
    /// <exception cref="ProviderException">The plugin refuses, or has ended.</exception>
    public async Task<JsonElement> CallAsync(string method, Action<Utf8JsonWriter> parameters, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        long id;
        lock (_gate)
        {
            if (_over is { } over)
            {
                throw new ProviderException(over);
            }

            id = ++_last;
            _pending[id] = answer;
        }

        try
        {
            await SendAsync(Request(id, method, parameters), cancellationToken);
            return await answer.Task.WaitAsync(cancellationToken);
        }
        catch (PluginRefusal refusal)
        {
            throw new ProviderException($"plugin {_name}: {method}: {refusal.Message}", refusal);
        }
        finally
        {
            lock (_gate)
            {
                _pending.Remove(id);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _child.Input.DisposeAsync();
        await _child.DisposeAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writing.Dispose();
    }

    private static byte[] Request(long id, string method, Action<Utf8JsonWriter> parameters)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", id);
            writer.WriteString("method", method);
            writer.WriteStartObject("params");
            parameters(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    private async Task SendAsync(byte[] line, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // Half a line would spoil all that follow.
            await _child.Input.WriteAsync(line, CancellationToken.None);
            await _child.Input.FlushAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Its end is told by the reader, with the reason.
            await _reading.WaitAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        var line = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var problem = "";
        try
        {
            while (problem.Length == 0 && await _child.Output.ReadAsync(buffer, CancellationToken.None) is > 0 and var read)
            {
                foreach (var one in buffer.AsSpan(0, read))
                {
                    if (one != (byte)'\n')
                    {
                        line.WriteByte(one);
                    }
                    else if (problem.Length == 0)
                    {
                        problem = Take(line.ToArray());
                        line.SetLength(0);
                    }
                }

                problem = line.Length > LongestLine ? $"a line of more than {LongestLine} bytes" : problem;
            }
        }
        catch (Exception e) when (e is IOException or ProcessException)
        {
            problem = e.Message;
        }
        finally
        {
            // Whatever it was: those who wait for answers hear of it.
            await EndAsync(problem);
        }
    }

    private async Task EndAsync(string problem)
    {
        if (problem.Length == 0)
        {
            // What closes its output need not end.
            await Task.WhenAny(_child.Exited, Task.Delay(EndWait, _time));
            problem = _child.Exited.IsCompleted ? "" : "it has closed its standard output";
        }

        if (problem.Length > 0)
        {
            ProcessGroup.KillAll(_child.Id);
        }

        var exit = await ExitAsync();
        _said.End();
        var why = _isOfficial
            ? $"{_name} is a plugin for the official runner: it speaks go-plugin over gRPC, whose fleeting protocol has no description and is not part of this version. "
                + "Use the built-in plugin \"static\", or a program that speaks Gantry's plugin protocol and drives the cloud's own command (docs/autoscaling.md has one)"
            : $"plugin {_name} has ended: {(problem.Length > 0 ? problem : exit)}. What it said is in the runner's log";
        List<TaskCompletionSource<JsonElement>> waiting;
        lock (_gate)
        {
            _over = why;
            waiting = [.. _pending.Values];
        }

        foreach (var one in waiting)
        {
            one.TrySetException(new ProviderException(why));
        }
    }

    private async Task<string> ExitAsync()
    {
        try
        {
            return (await _child.Exited).Text;
        }
        catch (ProcessException e)
        {
            return e.Message;
        }
    }

    /// <returns>What is wrong with it; empty: nothing.</returns>
    private string Take(byte[] line)
    {
        if (line.AsSpan().Trim((byte)' ').TrimEnd((byte)'\r').IsEmpty)
        {
            return "";
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            var answer = document.RootElement;
            if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number
                && id.TryGetInt64(out var number))
            {
                Complete(number, answer);
                return "";
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        Judge(Encoding.UTF8.GetString(line.AsSpan(0, Math.Min(line.Length, 200))));
        // Not what it says: an answer that is not quite JSON may be one with a password.
        return $"its standard output must have one JSON object a line with the id of the request, but it has a line of {line.Length} bytes that is none";
    }

    private void Complete(long id, JsonElement answer)
    {
        TaskCompletionSource<JsonElement>? waiting;
        lock (_gate)
        {
            waiting = _pending.GetValueOrDefault(id);
        }

        if (answer.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
        {
            waiting?.TrySetException(new PluginRefusal(error.ValueKind == JsonValueKind.String ? error.GetString()! : error.GetRawText()));
        }
        else
        {
            waiting?.TrySetResult(answer.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.Object ? result.Clone() : EmptyObject);
        }
    }

    private static JsonElement EmptyObject { get; } = JsonDocument.Parse("{}").RootElement.Clone();

    private void Hear(string line)
    {
        Judge(line);
        Log.Said(_logger, _name, line);
    }

    // What programs made with go-plugin say to those who do not know their secret word, and their greeting to those who do.
    private void Judge(string line) => _isOfficial |= line.Contains("This binary is a plugin", StringComparison.Ordinal)
        || (line.Split('|') is [var core, var version, "unix" or "tcp", _, ..] && int.TryParse(core, out _) && int.TryParse(version, out _));

    private sealed class PluginRefusal(string message) : Exception(message);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Plugin}: {Line}")]
        public static partial void Said(ILogger logger, string plugin, string line);
    }
}
