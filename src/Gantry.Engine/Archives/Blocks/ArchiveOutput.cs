using System.Buffers;

namespace Gantry.Engine.Archives.Blocks;

/// <summary>Counts what goes out and gathers small pieces: a socket should not see a write per header.</summary>
internal sealed class ArchiveOutput(Stream stream) : IAsyncDisposable
{
    private const int Capacity = 128 * 1024;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(Capacity);
    private int _used;

    /// <summary>Bytes written so far: where the next one goes.</summary>
    public long Position { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Position += bytes.Length;
        if (bytes.Length > Capacity - _used)
        {
            await DrainAsync(cancellationToken);
        }

        if (bytes.Length >= Capacity)
        {
            await stream.WriteAsync(bytes, cancellationToken);
            return;
        }

        bytes.CopyTo(_buffer.AsMemory(_used));
        _used += bytes.Length;
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await DrainAsync(cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Gives the buffer back. What was not flushed is lost: the archive failed.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        if (_used > 0)
        {
            await stream.WriteAsync(_buffer.AsMemory(0, _used), cancellationToken);
            _used = 0;
        }
    }
}
