using Gantry.Engine.Executors;

namespace Gantry.Executors.Ssh;

/// <summary>
/// The standard streams of a command on the other machine as one stream of bytes. What comes is kept until it is read (<see cref="Backlog"/>):
/// the library cannot be told to wait. Reads and writes may be at the same time, one of each.
/// </summary>
internal sealed class RemoteStream : Stream
{
    /// <summary>Bytes that wait to be read; more of them wait in a file.</summary>
    public const int MostInMemory = 1 << 20;

    private const int LongestComplaint = 4 * 1024;

    private readonly Backlog _backlog;
    private readonly Complaint _complaint = new(LongestComplaint);
    private readonly CancellationTokenSource _end = new();
    private readonly Action _left;
    private RemoteCommand _command = null!;
    private Stream _input = Null;
    private int _disposed;

    private RemoteStream(string folder, Action left) => (_backlog, _left) = (new Backlog(folder, MostInMemory), left);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <param name="connection">Open.</param>
    /// <param name="command">Read by the user's login shell.</param>
    /// <param name="folder">The runner's own, for what comes and is not read yet.</param>
    /// <param name="left">Told when the session is over.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="EnvironmentException">The connection broke, or the server refuses a session.</exception>
    public static async Task<RemoteStream> OpenAsync(SshConnection connection, string command, string folder, Action left, TimeProvider time)
    {
        var stream = new RemoteStream(folder, left);
        stream._command = await RemoteCommand.StartAsync(connection, command, (stream._backlog.Add, stream._complaint.Take), time);
        try
        {
            stream._input = stream._command.OpenInput();
        }
        catch (Exception e) when (SshConnection.IsBreak(e))
        {
            // It has ended already; how is told to whoever reads.
        }

        _ = stream.FollowAsync();
        return stream;
    }

    /// <summary>No more is written.</summary>
    public async ValueTask CloseWriteAsync()
    {
        // The server ends the connection over the end of input of a session that it does not have any more.
        if (!_command.HasEnded)
        {
            await WorkAsync(async () => await _input.DisposeAsync(), CancellationToken.None);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _backlog.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Whoever stops waiting takes the buffer back.
        var own = buffer.ToArray();
        await WorkAsync(async () =>
        {
            await _input.WriteAsync(own, CancellationToken.None);
            await _input.FlushAsync(CancellationToken.None);
        }, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _end.Cancel();
            _backlog.Dispose();
            // The library blocks; nothing depends on the end of its session.
            _ = Task.Run(() =>
            {
                _command.Dispose();
                _left();
            });
        }

        base.Dispose(disposing);
    }

    private static async Task WorkAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(work, CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (SshConnection.IsBreak(e) && e is not IOException)
        {
            throw new IOException(e.Message, e);
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            var exit = await _command.WaitAsync(_end.Token);
            _backlog.Complete(exit.Status == 0 ? null : new IOException($"ssh: Process exited with status {exit.Status}: {_complaint}"));
        }
        catch (OperationCanceledException)
        {
            _backlog.Complete(null);
        }
        catch (EnvironmentException e)
        {
            _backlog.Complete(new IOException(e.Message, e));
        }
    }
}
