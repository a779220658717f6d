using System.Buffers;
using System.Text;

namespace Gantry.Executors;

/// <summary>Cuts a program's output into lines for the operator's log. Not thread-safe: a stream comes from one thread.</summary>
internal sealed class LogLines(Action<string> line)
{
    private const int LongestLine = 8192;

    private readonly ArrayBufferWriter<byte> _rest = new();

    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            Keep(bytes[..end]);
            End();
            bytes = bytes[(end + 1)..];
        }

        Keep(bytes);
    }

    /// <summary>Hands over a last line without an end; empty lines are left out.</summary>
    public void End()
    {
        var text = Encoding.UTF8.GetString(_rest.WrittenSpan).TrimEnd();
        _rest.ResetWrittenCount();
        if (text.Length > 0)
        {
            line(text);
        }
    }

    // A program must not fill the runner's memory.
    private void Keep(ReadOnlySpan<byte> bytes) => _rest.Write(bytes[..Math.Min(bytes.Length, LongestLine - _rest.WrittenCount)]);
}
