using System.Buffers;
using System.Threading.Channels;

namespace Gantry.Engine.Processes;

/// <summary>
/// A child's output for a reader that waits without a thread. At most <see cref="Slots"/> buffers are on the way; then
/// the child's own thread waits, and through the pipe the child.
/// </summary>
internal sealed class ChildOutputStream : Stream
{
    private const int Slots = 4;

    private readonly Channel<ArraySegment<byte>> _buffers = Channel.CreateUnbounded<ArraySegment<byte>>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly SemaphoreSlim _free = new(Slots);
    private readonly CancellationTokenSource _gone = new();
    private ArraySegment<byte> _current;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Called on the child's thread; waits while the reader is behind.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _free.Wait(_gone.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(buffer);
        _buffers.Writer.TryWrite(new ArraySegment<byte>(buffer, 0, bytes.Length));
    }

    /// <summary>No more comes; a reader sees the end, or the failure.</summary>
    public void Complete(Exception? failure) =>
        _buffers.Writer.TryComplete(failure is null ? null : new IOException(failure.Message, failure));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (_current.Count == 0)
        {
            if (!_buffers.Reader.TryRead(out _current) && !await _buffers.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }
        }

        var count = Math.Min(buffer.Length, _current.Count);
        _current.AsSpan(0, count).CopyTo(buffer.Span);
        var array = _current.Array!;
        _current = _current[count..];
        if (_current.Count == 0)
        {
            ArrayPool<byte>.Shared.Return(array);
            _free.Release();
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read it asynchronously");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Not the token source itself: the child's thread may still ask it.
            _gone.Cancel();
        }

        base.Dispose(disposing);
    }
}
