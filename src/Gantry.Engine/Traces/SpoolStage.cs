namespace Gantry.Engine.Traces;

/// <summary>The end of a stream's way: gathers the pieces of one write, so that the spool is touched once per write.</summary>
internal sealed class SpoolStage(TraceSpool spool) : ITraceStage
{
    private const int DirectFrom = 4 * 1024;

    private byte[] _pieces = new byte[1024];
    private int _count;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= DirectFrom)
        {
            Store();
            spool.Append(bytes);
            return;
        }

        if (_pieces.Length - _count < bytes.Length)
        {
            if (_count >= DirectFrom)
            {
                Store();
            }
            else
            {
                Array.Resize(ref _pieces, 4 * DirectFrom);
            }
        }

        bytes.CopyTo(_pieces.AsSpan(_count));
        _count += bytes.Length;
    }

    public void Mask() => Write("[MASKED]"u8);

    public void EndWrite() => Store();

    public void Close() => Store();

    private void Store()
    {
        if (_count > 0)
        {
            spool.Append(_pieces.AsSpan(0, _count));
            _count = 0;
        }
    }
}
