using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gantry.Engine.Processes;

namespace Gantry.Executors.Tests.Docker.Windows;

/// <summary>
/// A container of <see cref="WindowsEngine"/>. A folder stands for drive C: of its layer, others for what is mounted; scripts are run by
/// this machine's pwsh with the paths of the drive exchanged for those.
/// </summary>
internal sealed partial class WindowsContainer(string id, JsonObject spec, string folder, Func<string, string> volume)
{
    private readonly StringBuilder _input = new();
    private TaskCompletionSource _inputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _signal;

    public string Id => id;

    public JsonObject Spec => spec;

    public string Layer { get; } = Directory.CreateDirectory(Path.Combine(folder, id)).FullName;

    public bool Running { get; private set; }

    public int ExitCode { get; private set; }

    public int Starts { get; private set; }

    /// <summary>Joined before the start.</summary>
    public Stream? Attached { get; private set; }

    public TaskCompletionSource<int> Exit { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<string> Targets => [.. Mounted.Select(mount => mount.Target)];

    private IEnumerable<(string Target, string Folder)> Mounted =>
        ((spec["HostConfig"]?["Mounts"] as JsonArray) ?? []).Select(mount => ((string)mount!["Target"]!, volume((string)mount["Source"]!)))
        .Concat(((spec["HostConfig"]?["Binds"] as JsonArray) ?? []).Select(bind => (string)bind!).Where(bind => !bind.Contains("pipe", StringComparison.Ordinal)).Select(bind =>
        {
            var split = bind.IndexOf(":C:", StringComparison.OrdinalIgnoreCase);
            return (bind[(split + 1)..], volume(bind[..split]));
        }));

    public async Task AttachAsync(Stream stream, CancellationToken token)
    {
        Attached = stream;
        var buffer = new byte[16 * 1024];
        var ended = _inputEnded;
        int read;
        while ((read = await stream.ReadAsync(buffer, token)) > 0)
        {
            _input.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        ended.TrySetResult();
    }

    public void Start()
    {
        Starts++;
        Running = true;
        _signal = new CancellationTokenSource();
        _ = RunAsync(_signal.Token);
    }

    public void Kill() => _signal?.Cancel();

    private async Task RunAsync(CancellationToken signal)
    {
        var code = 137;
        try
        {
            await _inputEnded.Task.WaitAsync(signal);
            var script = Exchange(_input.ToString());
            var command = ((JsonArray)spec["Cmd"]!).Select(word => (string)word!).ToList();
            var environment = ((JsonArray)spec["Env"]!).Select(pair => ((string)pair!).Split('=', 2)).DistinctBy(pair => pair[0]);
            await using var child = ChildProcess.Start(new ProcessStart
            {
                FileName = "pwsh",
                Arguments = command[1..],
                WorkingFolder = Layer,
                Environment = new ProcessEnvironment { Set = environment.Where(pair => pair[0] != "PATH").Append(["TERM", "dumb"]).ToDictionary(pair => pair[0], pair => (string?)pair[1]) },
                Input = ProcessInput.Of(Encoding.UTF8.GetBytes(script)),
                Output = ProcessOutput.To(bytes => Frame(1, bytes)),
                Error = ProcessOutput.To(bytes => Frame(2, bytes)),
                TerminateWait = TimeSpan.FromMilliseconds(100),
            });
            var exit = await child.WaitAsync(signal);
            code = exit.Signal == 0 ? exit.Code : 137;
        }
        catch (OperationCanceledException)
        {
            // Killed.
        }
        catch (Exception e)
        {
            Frame(2, Encoding.UTF8.GetBytes(e.ToString()));
        }

        Running = false;
        ExitCode = code;
        _input.Clear();
        _inputEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var exited = Exit;
        Exit = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Attached is { } attached)
        {
            await attached.FlushAsync(CancellationToken.None);
        }

        Attached = null;
        exited.SetResult(code);
    }

    private void Frame(byte stream, ReadOnlySpan<byte> bytes)
    {
        var frame = new byte[8 + bytes.Length];
        frame[0] = stream;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), bytes.Length);
        bytes.CopyTo(frame.AsSpan(8));
        Attached?.WriteAsync(frame).AsTask().GetAwaiter().GetResult();
    }

    private string Exchange(string script) => DrivePath().Replace(script, match =>
    {
        var path = match.Value.Replace('\\', '/');
        var mount = Mounted.FirstOrDefault(mount => path.StartsWith(mount.Target.Replace('\\', '/'), StringComparison.OrdinalIgnoreCase));
        return mount.Target is { } target ? mount.Folder + path[target.Length..] : Layer + path[2..];
    });

    [GeneratedRegex("""[cC]:[\\/][^'"`;\r\n]*""")]
    private static partial Regex DrivePath();
}
