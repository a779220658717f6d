namespace Gantry.Executors.Docker.Api;

/// <summary>
/// The raw bytes after an HTTP request was turned into a connection of its own (attach, exec). Reading gives the bytes that
/// came with the answer's head first.
/// </summary>
internal sealed class HijackedStream(EngineConnection connection, ReadOnlyMemory<byte> surplus) : Stream
{
    private ReadOnlyMemory<byte> _surplus = surplus;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Ends standard input; output goes on.</summary>
    public ValueTask CloseInputAsync() => connection.CloseWriteAsync();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_surplus.IsEmpty)
        {
            return connection.Stream.ReadAsync(buffer, cancellationToken);
        }

        var part = _surplus[..Math.Min(_surplus.Length, buffer.Length)];
        part.CopyTo(buffer);
        _surplus = _surplus[part.Length..];
        return ValueTask.FromResult(part.Length);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.Stream.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => connection.Stream.FlushAsync(cancellationToken);

    public override void Flush() => connection.Stream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            connection.Dispose();
        }

        base.Dispose(disposing);
    }
}
