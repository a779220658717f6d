using System.Threading.Channels;
using Gantry.Engine.Executors;
using Gantry.Executors.Images;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>A shell for a person in the build container. When the connection goes, the cluster hangs its terminal up.</summary>
internal sealed class PodTerminal : ITerminalShell
{
    private const int Columns = 80;
    private const int Rows = 24;
    private const int Pieces = 16;

    private readonly PodExec _exec;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _reading;

    private PodTerminal(PodExec exec)
    {
        _exec = exec;
        // What nobody has looked at yet waits, and the shell with it: a piece is only read when there is room for it.
        var shown = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Pieces) { SingleReader = true, SingleWriter = true });
        Terminal = new TerminalStream(exec, shown.Reader);
        _reading = ReadAsync(shown.Writer);
    }

    public Stream Terminal { get; }

    /// <exception cref="EnvironmentException">The cluster refuses.</exception>
    public static async Task<PodTerminal> OpenAsync(
        ClusterClient cluster, Func<IReadOnlyList<string>, PodCommand> command, string folder, CancellationToken cancellationToken)
    {
        try
        {
            var exec = await PodExec.StartAsync(cluster, command(["env", "TERM=xterm-256color", .. ContainerCommand.Interactive(folder)]) with { Terminal = true }, cancellationToken);
            await exec.ResizeAsync(Columns, Rows, cancellationToken);
            return new PodTerminal(exec);
        }
        catch (ClusterException e)
        {
            throw EnvironmentException.Broken($"opening a terminal in the build container: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _exec.DisposeAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task ReadAsync(ChannelWriter<byte[]> shown)
    {
        try
        {
            await _exec.ReadAsync(bytes => shown.TryWrite(bytes.ToArray()), bytes => shown.TryWrite(bytes.ToArray()),
                async token => await shown.WaitToWriteAsync(token), _end.Token);
        }
        catch (Exception e) when (e is ClusterException or OperationCanceledException)
        {
            // Then the shell has ended.
        }
        finally
        {
            shown.Complete();
        }
    }

    private sealed class TerminalStream(PodExec exec, ChannelReader<byte[]> shown) : Stream
    {
        private ReadOnlyMemory<byte> _left;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (_left.IsEmpty)
            {
                if (!await shown.WaitToReadAsync(cancellationToken))
                {
                    return 0;
                }

                _left = shown.TryRead(out var bytes) ? bytes : ReadOnlyMemory<byte>.Empty;
            }

            var count = Math.Min(buffer.Length, _left.Length);
            _left[..count].CopyTo(buffer);
            _left = _left[count..];
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await exec.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            exec.WriteAsync(buffer.AsMemory(offset, count), cancellationToken);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous reads only");
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous writes only");
    }
}
