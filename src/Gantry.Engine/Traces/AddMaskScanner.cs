using System.Text;

namespace Gantry.Engine.Traces;

/// <summary>
/// Looks for lines <c>::add-mask::VALUE</c> and has VALUE hidden from the line itself on (official-job-protocol §3.5).
/// The only text held back is such a line until its end, and a line's beginning that may become one.
/// </summary>
internal sealed class AddMaskScanner(Action<string> addMask, ITraceStage next) : ITraceStage
{
    /// <summary>A longer line is not a command: it goes on as it is.</summary>
    private const int LongestCommand = 64 * 1024;

    private byte[] _held = [];
    private int _heldCount;
    private bool _atLineStart = true;

    /// <summary>Off: everything passes as it is.</summary>
    public bool Active { get; set; }

    /// <summary>Something was written that is not handed on yet.</summary>
    public bool Holds => _heldCount > 0;

    private static ReadOnlySpan<byte> Command => "::add-mask::"u8;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (!Active && _heldCount == 0)
        {
            _atLineStart = bytes[^1] == (byte)'\n';
            next.Write(bytes);
            return;
        }

        while (bytes.Length > 0)
        {
            var feed = bytes.IndexOf((byte)'\n');
            var line = feed < 0 ? bytes : bytes[..(feed + 1)];
            bytes = bytes[line.Length..];
            TakeLine(line, complete: feed >= 0);
        }
    }

    public void Mask()
    {
        Release();
        next.Mask();
    }

    public void EndWrite() => next.EndWrite();

    public void Close()
    {
        Release();
        _atLineStart = true;
        next.Close();
    }

    private void TakeLine(ReadOnlySpan<byte> piece, bool complete)
    {
        if (!_atLineStart)
        {
            next.Write(piece);
            _atLineStart = complete;
            return;
        }

        if (_heldCount + piece.Length > _held.Length)
        {
            Array.Resize(ref _held, Math.Max(256, 2 * (_heldCount + piece.Length)));
        }

        piece.CopyTo(_held.AsSpan(_heldCount));
        _heldCount += piece.Length;
        var line = _held.AsSpan(0, _heldCount);
        var isCommand = line.StartsWith(Command);
        if (!complete && _heldCount < LongestCommand && (isCommand || Command.StartsWith(line)))
        {
            return;
        }

        if (isCommand)
        {
            addMask(Encoding.UTF8.GetString(line[Command.Length..]).Trim());
        }

        _heldCount = 0;
        _atLineStart = complete;
        next.Write(line);
    }

    private void Release()
    {
        if (_heldCount > 0)
        {
            var line = _held.AsSpan(0, _heldCount);
            if (line.StartsWith(Command))
            {
                addMask(Encoding.UTF8.GetString(line[Command.Length..]).Trim());
            }

            _heldCount = 0;
            _atLineStart = false;
            next.Write(line);
        }
    }
}
