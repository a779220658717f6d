using System.Text;

namespace Gantry.Wrapping;

/// <summary>The little of the protobuf wire format that three tiny messages need. Pure.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The next length-delimited field; others are skipped. False at the end.</summary>
    /// <exception cref="FormatException">This is no message.</exception>
    public bool Next(out int field, out ReadOnlySpan<byte> content)
    {
        while (!_rest.IsEmpty)
        {
            var key = Number();
            field = (int)(key >> 3);
            switch ((int)(key & 7))
            {
                case Varint:
                    Number();
                    break;
                case Fixed64:
                    Take(8);
                    break;
                case LengthDelimited:
                    content = Take(Number());
                    return true;
                case Fixed32:
                    Take(4);
                    break;
                default:
                    throw new FormatException("unknown wire type");
            }
        }

        field = 0;
        content = default;
        return false;
    }

    /// <summary>A status number and a text, as fields 1 and 2; zero and empty are left out.</summary>
    public static byte[] Answer(WrapperState state, string reason)
    {
        var message = new List<byte>();
        if (state != WrapperState.Unknown)
        {
            message.AddRange([1 << 3 | Varint, (byte)state]);
        }

        if (reason.Length > 0)
        {
            var text = Encoding.UTF8.GetBytes(reason);
            message.Add(2 << 3 | LengthDelimited);
            for (var length = (uint)text.Length; ; length >>= 7)
            {
                if (length < 0x80)
                {
                    message.Add((byte)length);
                    break;
                }

                message.Add((byte)(length | 0x80));
            }

            message.AddRange(text);
        }

        return [.. message];
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw new FormatException("a field is longer than the message");
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a number is too long");
    }
}
