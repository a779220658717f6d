using System.Buffers;
using System.Text;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Images;

/// <summary>Gives every line of a service its name, in grey (<c>CI_DEBUG_SERVICES</c>). Feed it any chunking.</summary>
internal sealed class ServiceLogLines(string name, Action<ReadOnlySpan<byte>> write)
{
    // A service that writes no line ends must not grow the runner.
    private const int LineLimit = 64 * 1024;

    private readonly byte[] _prefix = Encoding.UTF8.GetBytes($"{Ansi.Grey}[service:{name}] ");
    private readonly ArrayBufferWriter<byte> _line = new();

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        for (var end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
        {
            _line.Write(bytes[..end]);
            Flush();
            bytes = bytes[(end + 1)..];
        }

        _line.Write(bytes);
        if (_line.WrittenCount > LineLimit)
        {
            Flush();
        }
    }

    /// <summary>Writes what has no line end.</summary>
    public void End()
    {
        if (_line.WrittenCount > 0)
        {
            Flush();
        }
    }

    private void Flush()
    {
        var whole = new byte[_prefix.Length + _line.WrittenCount + LineEnd.Length];
        _prefix.CopyTo(whole, 0);
        _line.WrittenSpan.CopyTo(whole.AsSpan(_prefix.Length));
        LineEnd.CopyTo(whole.AsSpan(_prefix.Length + _line.WrittenCount));
        _line.ResetWrittenCount();
        write(whole);
    }

    private static ReadOnlySpan<byte> LineEnd => "\e[0;m\n"u8;
}
