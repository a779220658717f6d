using Gantry.Engine.Archives;

namespace Gantry.Runner.Transfers;

/// <summary><c>TRANSFER_METER_FREQUENCY</c>: says how far a transfer is (official-job-protocol §7.2).</summary>
/// <param name="Every">Between two updates.</param>
/// <param name="Write">Takes the text as it is, carriage returns included.</param>
public sealed record TransferMeterSettings(TimeSpan Every, Action<string> Write);

/// <summary>Counts what goes through, and tells. Disposing it says the last word; the inner stream stays open.</summary>
internal sealed class MeteredStream : Stream
{
    private readonly Stream _inner;
    private readonly TransferMeterSettings _settings;
    private readonly TimeProvider _time;
    private readonly string _label;
    private readonly long? _total;
    private readonly long _started;
    private long _told;
    private long _bytes;
    private bool _done;

    private MeteredStream(Stream inner, TransferMeterSettings settings, TransferTools tools, string label, long? total)
    {
        _inner = inner;
        _settings = settings;
        _time = tools.Time;
        _label = label;
        _total = total;
        _started = _told = _time.GetTimestamp();
    }

    public override bool CanRead => _inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => _inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The stream itself when nobody wants to know.</summary>
    public static Stream Over(Stream inner, TransferTools tools, string label, long? total) =>
        tools.Meter is { } settings && settings.Every > TimeSpan.Zero ? new MeteredStream(inner, settings, tools, label, total) : inner;

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => Count(_inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await _inner.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        _inner.Write(buffer, offset, count);
        Count(count);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _inner.WriteAsync(buffer, cancellationToken);
        Count(buffer.Length);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_done)
        {
            _done = true;
            Tell(done: true);
        }

        base.Dispose(disposing);
    }

    private int Count(int bytes)
    {
        _bytes += bytes;
        if (_time.GetElapsedTime(_told) >= _settings.Every)
        {
            _told = _time.GetTimestamp();
            Tell(done: false);
        }

        return bytes;
    }

    private void Tell(bool done) => _settings.Write(TransferMeter.Line(_label, _bytes, _total, _time.GetElapsedTime(_started), done));
}
