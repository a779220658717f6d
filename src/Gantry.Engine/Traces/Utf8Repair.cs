using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Gantry.Engine.Traces;

/// <summary>
/// Replaces each invalid byte by U+FFFD; an incomplete character at the end of a write waits for the next
/// (official-job-protocol §2.1). Stands before the time stamps, so that a long line is never cut inside a character.
/// </summary>
internal sealed class Utf8Repair(ITraceStage next) : ITraceStage
{
    private readonly byte[] _open = new byte[4];
    private int _openCount;

    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (_openCount > 0 && bytes.Length > 0)
        {
            _open[_openCount++] = bytes[0];
            var status = Rune.DecodeFromUtf8(_open.AsSpan(0, _openCount), out _, out var used);
            if (status == OperationStatus.Done)
            {
                next.Write(_open.AsSpan(0, used));
                _openCount = 0;
                bytes = bytes[1..];
            }
            else if (status == OperationStatus.NeedMoreData)
            {
                bytes = bytes[1..];
            }
            else
            {
                // The new byte does not continue the character; it starts anew.
                _openCount--;
                ReplaceOpen();
            }
        }

        WriteRepaired(bytes);
    }

    public void Mask()
    {
        ReplaceOpen();
        next.Mask();
    }

    public void EndWrite() => next.EndWrite();

    public void Close()
    {
        ReplaceOpen();
        next.Close();
    }

    private void WriteRepaired(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            // The common cases at full speed: valid, or valid but for a character cut at the end.
            var complete = bytes.Length - CutCharacter(bytes);
            if (Utf8.IsValid(bytes[..complete]))
            {
                next.Write(bytes[..complete]);
                bytes[complete..].CopyTo(_open);
                _openCount = bytes.Length - complete;
                return;
            }

            var valid = ValidLength(bytes, out var status);
            if (valid > 0)
            {
                next.Write(bytes[..valid]);
                bytes = bytes[valid..];
            }

            if (status == OperationStatus.NeedMoreData)
            {
                bytes.CopyTo(_open);
                _openCount = bytes.Length;
                return;
            }

            next.Write(Replacement);
            bytes = bytes[1..];
        }
    }

    /// <summary>Bytes at the end that begin a character which is not complete.</summary>
    private static int CutCharacter(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length <= 3 && length <= bytes.Length; length++)
        {
            if (bytes[^length] >= 0xC0)
            {
                return Rune.DecodeFromUtf8(bytes[^length..], out _, out _) == OperationStatus.NeedMoreData ? length : 0;
            }
        }

        return 0;
    }

    /// <summary>Length of the valid beginning, and why it ends.</summary>
    private static int ValidLength(ReadOnlySpan<byte> bytes, out OperationStatus status)
    {
        var at = 0;
        status = OperationStatus.Done;
        while (at < bytes.Length)
        {
            var ascii = bytes[at..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
            if (ascii < 0)
            {
                return bytes.Length;
            }

            at += ascii;
            status = Rune.DecodeFromUtf8(bytes[at..], out _, out var used);
            if (status != OperationStatus.Done)
            {
                return at;
            }

            at += used;
        }

        return at;
    }

    private void ReplaceOpen()
    {
        for (; _openCount > 0; _openCount--)
        {
            next.Write(Replacement);
        }
    }
}
