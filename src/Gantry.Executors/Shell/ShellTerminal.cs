using Gantry.Engine.Executors;
using Gantry.Engine.Processes;

namespace Gantry.Executors.Shell;

/// <summary>A person's shell on this machine, in a terminal and a session of its own.</summary>
internal sealed class ShellTerminal(ChildProcess child) : ITerminalShell
{
    public Stream Terminal { get; } = new TwoWayStream(child.Output, child.Input);

    public ValueTask DisposeAsync() => child.DisposeAsync();

    /// <summary>The two directions of a child as one stream.</summary>
    private sealed class TwoWayStream(Stream reads, Stream writes) : Stream
    {
        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            reads.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            writes.WriteAsync(buffer, cancellationToken);

        public override void Flush()
        {
            // Every write has arrived when it is done.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous reads only");

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous writes only");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
