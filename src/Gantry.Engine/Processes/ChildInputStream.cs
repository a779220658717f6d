namespace Gantry.Engine.Processes;

/// <summary>
/// A child's input for a writer that waits without a thread: a write is done when the child's pipe has taken it.
/// Closing it is the end of the input. A child that has closed its end makes further writes fail as on a broken pipe.
/// </summary>
internal sealed class ChildInputStream : Stream
{
    private readonly Lock _gate = new();
    private ReadOnlyMemory<byte> _next;
    private TaskCompletionSource? _taken;
    private Action? _wake;
    private bool _complete;
    private bool _refused;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The writer has closed it, and everything was fetched.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_gate)
            {
                return _complete && _next.IsEmpty;
            }
        }
    }

    public void Wakes(Action wake) => _wake = wake;

    /// <summary>For the child's thread: what to write next; empty when there is nothing yet.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        lock (_gate)
        {
            var next = _next;
            _next = default;
            return next;
        }
    }

    /// <summary>For the child's thread: the last bytes fetched are in the pipe.</summary>
    public void Taken() => EndWrite(failure: null);

    /// <summary>For the child's thread: the child reads no more.</summary>
    public void Refuse()
    {
        lock (_gate)
        {
            _refused = true;
            _next = default;
        }

        EndWrite(Broken());
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return;
        }

        Task taken;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_complete, this);
            if (_refused)
            {
                throw Broken();
            }

            // The thread may use the bytes after a cancelled wait, so they are its own.
            _next = buffer.ToArray();
            _taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            taken = _taken.Task;
        }

        _wake?.Invoke();
        await taken.WaitAsync(cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write it asynchronously");

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gate)
            {
                _complete = true;
            }

            _wake?.Invoke();
        }

        base.Dispose(disposing);
    }

    private static IOException Broken() => new("the process has closed its input");

    private void EndWrite(IOException? failure)
    {
        TaskCompletionSource? taken;
        lock (_gate)
        {
            (taken, _taken) = (_taken, null);
        }

        if (failure is null)
        {
            taken?.TrySetResult();
        }
        else
        {
            taken?.TrySetException(failure);
        }
    }
}
