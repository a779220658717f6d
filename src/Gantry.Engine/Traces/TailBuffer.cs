namespace Gantry.Engine.Traces;

/// <summary>The last bytes of a stream, in a ring. Not thread-safe.</summary>
internal sealed class TailBuffer(int capacity)
{
    private readonly byte[] _ring = new byte[capacity];
    private long _written;

    public bool HasContent => _written > 0;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > capacity)
        {
            _written += bytes.Length - capacity;
            bytes = bytes[^capacity..];
        }

        var at = (int)(_written % capacity);
        var first = Math.Min(bytes.Length, capacity - at);
        bytes[..first].CopyTo(_ring.AsSpan(at));
        bytes[first..].CopyTo(_ring);
        _written += bytes.Length;
    }

    /// <summary>The kept bytes from the first whole line on; all of them when nothing was pushed out.</summary>
    public byte[] LastLines()
    {
        if (_written <= capacity)
        {
            return _ring[..(int)_written];
        }

        var at = (int)(_written % capacity);
        byte[] all = [.. _ring.AsSpan(at), .. _ring.AsSpan(0, at)];
        return all[(all.AsSpan().IndexOf((byte)'\n') + 1)..];
    }
}
