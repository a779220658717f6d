using System.Text;

namespace Gantry.Engine.Archives.Trees;

/// <summary>
/// File names are bytes on Linux. Those that are not UTF-8 travel as lone surrogates (U+DC00 + byte), so that such a file is
/// archived and extracted under its own name.
/// </summary>
internal static class FileNames
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        // Most names are ASCII; Rune decoding is only for the rest.
        if (!bytes.ContainsAnyExceptInRange((byte)0, (byte)0x7F))
        {
            return Encoding.ASCII.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                // Ill-formed sequences are taken byte by byte: every byte of them is at least 0x80.
                used = 1;
                text.Append((char)(0xDC00 + bytes[0]));
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    public static byte[] Encode(ReadOnlySpan<char> text) => Encode(text, terminated: false);

    /// <param name="text">A path or name; lone surrogates that stand for a byte become it.</param>
    /// <param name="terminated">With a zero byte behind, as system calls want it.</param>
    public static byte[] Encode(ReadOnlySpan<char> text, bool terminated)
    {
        var bytes = new byte[(text.Length * 3) + 1];
        var length = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var used) == System.Buffers.OperationStatus.Done)
            {
                length += rune.EncodeToUtf8(bytes.AsSpan(length));
            }
            else
            {
                bytes[length++] = text[0] is >= '\uDC80' and <= '\uDCFF' ? (byte)(text[0] - 0xDC00) : (byte)'?';
            }

            text = text[used..];
        }

        return bytes[..(terminated ? length + 1 : length)];
    }

    public static bool IsUtf8(ReadOnlySpan<char> text)
    {
        try
        {
            _ = Strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
