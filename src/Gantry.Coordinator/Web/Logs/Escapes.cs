namespace Gantry.Coordinator.Web.Logs;

/// <summary>Where an escape sequence ends (ECMA-48 §5): control sequences, control strings, two- and three-byte escapes.</summary>
internal static class Escapes
{
    public const byte Escape = 0x1B;
    private const byte Bell = 0x07;

    /// <summary>Length of the sequence that begins at the ESC at <c>text[0]</c>; a cut one takes all that is there.</summary>
    /// <param name="text">Text of one line, beginning with ESC.</param>
    /// <param name="complete">False when the line ends before the sequence does.</param>
    public static int Length(ReadOnlySpan<byte> text, out bool complete)
    {
        complete = true;
        if (text.Length < 2)
        {
            complete = false;
            return text.Length;
        }

        return text[1] switch
        {
            (byte)'[' => ControlSequence(text, out complete),
            (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_' => ControlString(text, out complete),
            >= 0x20 and <= 0x2F => Intermediate(text, out complete),
            >= 0x30 and <= 0x7E => 2,
            _ => 1,
        };
    }

    private static int ControlSequence(ReadOnlySpan<byte> text, out bool complete)
    {
        complete = true;
        for (var i = 2; i < text.Length; i++)
        {
            if (text[i] is >= 0x40 and <= 0x7E)
                return i + 1;
            // Not part of any control sequence: what came so far is dropped, this byte is text again.
            if (text[i] is < 0x20 or > 0x7E)
                return i;
        }

        complete = false;
        return text.Length;
    }

    private static int ControlString(ReadOnlySpan<byte> text, out bool complete)
    {
        complete = true;
        for (var i = 2; i < text.Length; i++)
        {
            if (text[i] == Bell)
                return i + 1;
            if (text[i] == Escape)
                return i + 1 < text.Length && text[i + 1] == (byte)'\\' ? i + 2 : i;
        }

        complete = false;
        return text.Length;
    }

    private static int Intermediate(ReadOnlySpan<byte> text, out bool complete)
    {
        var i = 1;
        while (i < text.Length && text[i] is >= 0x20 and <= 0x2F)
            i++;
        complete = i < text.Length;
        return complete ? i + 1 : i;
    }
}
