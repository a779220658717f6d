using System.Globalization;

namespace Gantry.Engine.Traces;

/// <summary>
/// Puts a header before each line: time, stream, and whether it continues the line before (official-job-protocol §3.6).
/// Lines are handed on whole; of an open line at most 8 KiB are kept.
/// <para>A write that leaves a carriage return in the open line, or more than 8 KiB, ends that line with an added line
/// feed; what follows is marked as its continuation.</para>
/// </summary>
internal sealed class LineStamper : ITraceStage
{
    private const int LongestOpenLine = 8 * 1024;
    private const int HandOnFrom = 64 * 1024;

    /// <summary><c>2026-08-22T10:11:12.123456Z </c>.</summary>
    private const int TimeLength = 28;

    private const int SecondsLength = 20;

    private readonly ITraceStage _next;
    private readonly TimeProvider? _time;
    private readonly byte[] _header;
    private long _moment = long.MinValue;
    private long _second = long.MinValue;
    private byte[] _lines = new byte[4 * 1024];
    private int _count;

    /// <summary>Where the open line starts, with its header; -1 when none is open.</summary>
    private int _openAt = -1;

    private bool _continues;

    /// <param name="next">Takes whole lines.</param>
    /// <param name="stream">Stream number.</param>
    /// <param name="error">Standard error rather than standard output.</param>
    /// <param name="time">The clock; null leaves the time out of the header.</param>
    public LineStamper(ITraceStage next, byte stream, bool error, TimeProvider? time)
    {
        _next = next;
        _time = time;
        var name = string.Create(CultureInfo.InvariantCulture, $"{stream:x2}{(error ? 'E' : 'O')} ");
        _header = [.. new byte[time is null ? 0 : TimeLength], .. name.Select(value => (byte)value)];
    }

    /// <summary>A line has begun that is not handed on yet.</summary>
    public bool HasOpenLine => _openAt >= 0;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_openAt < 0)
            {
                Open();
            }

            var feed = bytes.IndexOf((byte)'\n');
            if (feed < 0)
            {
                Add(bytes);
                return;
            }

            Add(bytes[..(feed + 1)]);
            bytes = bytes[(feed + 1)..];
            _openAt = -1;
            _continues = false;
            if (_count >= HandOnFrom)
            {
                HandOn();
            }
        }
    }

    public void Mask() => Write("[MASKED]"u8);

    public void EndWrite()
    {
        if (_openAt >= 0)
        {
            var open = _lines.AsSpan((_openAt + _header.Length)..(_count));
            if (open.Length > LongestOpenLine || open.Contains((byte)'\r'))
            {
                Break();
                _continues = true;
            }
        }

        HandOn();
        _next.EndWrite();
    }

    public void Close()
    {
        if (_openAt >= 0)
        {
            Break();
        }

        _continues = false;
        HandOn();
        _next.Close();
    }

    private void Break()
    {
        Add("\n"u8);
        _openAt = -1;
    }

    private void Open()
    {
        _openAt = _count;
        _header[^1] = _continues ? (byte)'+' : (byte)' ';
        if (_time is not null)
        {
            StampTime(_time.GetUtcNow().UtcDateTime);
        }

        Add(_header);
    }

    /// <summary>The text of the second is kept; within one only six digits change.</summary>
    private void StampTime(DateTime now)
    {
        var moment = now.Ticks / TimeSpan.TicksPerMicrosecond;
        if (moment == _moment)
        {
            return;
        }

        _moment = moment;
        var second = now.Ticks / TimeSpan.TicksPerSecond;
        if (second != _second)
        {
            _second = second;
            now.TryFormat(_header.AsSpan(0, SecondsLength), out _, "yyyy-MM-dd'T'HH:mm:ss'.'", CultureInfo.InvariantCulture);
        }

        var micros = (int)(moment % 1_000_000);
        for (var digit = SecondsLength + 5; digit >= SecondsLength; digit--)
        {
            (micros, var value) = Math.DivRem(micros, 10);
            _header[digit] = (byte)('0' + value);
        }

        _header[TimeLength - 2] = (byte)'Z';
        _header[TimeLength - 1] = (byte)' ';
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (_lines.Length - _count < bytes.Length)
        {
            Array.Resize(ref _lines, Math.Max(_lines.Length * 2, _count + bytes.Length));
        }

        bytes.CopyTo(_lines.AsSpan(_count));
        _count += bytes.Length;
    }

    /// <summary>Gives the whole lines on; the open one moves to the front.</summary>
    private void HandOn()
    {
        var whole = _openAt < 0 ? _count : _openAt;
        if (whole == 0)
        {
            return;
        }

        _next.Write(_lines.AsSpan(0, whole));
        _lines.AsSpan(whole, _count - whole).CopyTo(_lines);
        _count -= whole;
        _openAt = _openAt < 0 ? -1 : 0;
    }
}
