using System.IO.Pipelines;
using Gantry.Engine.Executors;

namespace Gantry.Runner.Tests.Sessions;

/// <summary>A place whose shell repeats what is typed and ends after <c>q</c>.</summary>
internal sealed class FakePlace : ITerminalPlace
{
    public bool Fails { get; init; }

    public int Ended { get; private set; }

    public Task<ITerminalShell> OpenTerminalAsync(CancellationToken cancellationToken) => Fails
        ? Task.FromException<ITerminalShell>(EnvironmentException.Broken("no shell"))
        : Task.FromResult<ITerminalShell>(new Shell(this));

    private sealed class Shell(FakePlace place) : ITerminalShell
    {
        private readonly EchoStream _stream = new();

        public Stream Terminal => _stream;

        public ValueTask DisposeAsync()
        {
            place.Ended++;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class EchoStream : Stream
    {
        private readonly Pipe _pipe = new();

        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _pipe.Reader.AsStream(leaveOpen: true).ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _pipe.Writer.WriteAsync(buffer, cancellationToken);
            if (buffer.Span.Contains((byte)'q'))
            {
                await _pipe.Writer.CompleteAsync();
            }
        }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
