using System.Globalization;
using System.Text;
using Gantry.Engine.Processes;

namespace Gantry.Executors.Docker.Api;

/// <summary>
/// One connection to an engine on another machine: the standard streams of <c>ssh HOST docker system dial-stdio</c>. Keys, jumps
/// and known hosts are ssh's own configuration; it is never asked anything, so a password cannot be typed.
/// </summary>
internal sealed class SshStream : Stream
{
    private const int ErrorLimit = 8 * 1024;

    private readonly ChildProcess _child;
    private readonly MemoryStream _error = new();
    private bool _answered;

    private SshStream(string program, EngineEndpoint.Ssh target, TimeProvider time) => _child = ChildProcess.Start(new ProcessStart
    {
        FileName = program,
        Arguments = Arguments(target),
        Input = ProcessInput.Written,
        Output = ProcessOutput.Read,
        Error = ProcessOutput.To(KeepError),
        TerminateWait = TimeSpan.FromSeconds(1),
        Time = time,
    });

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="IOException">ssh cannot be started.</exception>
    public static EngineConnection Open(string program, EngineEndpoint.Ssh target, TimeProvider time)
    {
        try
        {
            var stream = new SshStream(program, target, time);
            return new EngineConnection(stream, () => stream._child.Input.DisposeAsync());
        }
        catch (ProcessException e)
        {
            throw new IOException($"{program}: {e.Message}", e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _child.Output.ReadAsync(buffer, cancellationToken);
        if (read == 0 && !_answered && buffer.Length > 0)
        {
            throw await FailureAsync(cancellationToken);
        }

        _answered |= read > 0;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _child.Input.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException) when (!_answered)
        {
            throw await FailureAsync(cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _child.Input.FlushAsync(cancellationToken);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // The end of its process is not waited for: nothing depends on it.
            _ = _child.DisposeAsync().AsTask();
        }

        base.Dispose(disposing);
    }

    private static List<string> Arguments(EngineEndpoint.Ssh target)
    {
        List<string> arguments = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-T"];
        if (target.User is { } user)
        {
            arguments.AddRange(["-l", user]);
        }

        if (target.Port is { } port)
        {
            arguments.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        }

        arguments.AddRange(["--", target.Host, "docker"]);
        if (target.Socket is { } socket)
        {
            arguments.AddRange(["--host", "unix://" + socket]);
        }

        arguments.AddRange(["system", "dial-stdio"]);
        return arguments;
    }

    /// <summary>Nothing ever came: ssh or the program over there has said why.</summary>
    private async Task<IOException> FailureAsync(CancellationToken cancellationToken)
    {
        var exit = await _child.Exited.WaitAsync(cancellationToken);
        return new IOException($"ssh: {exit.Text}: {Complaint()}");
    }

    private void KeepError(ReadOnlySpan<byte> bytes)
    {
        lock (_error)
        {
            _error.Write(bytes[..(int)Math.Min(bytes.Length, Math.Max(0, ErrorLimit - _error.Length))]);
        }
    }

    private string Complaint()
    {
        lock (_error)
        {
            return Encoding.UTF8.GetString(_error.GetBuffer(), 0, (int)_error.Length).Trim();
        }
    }
}
