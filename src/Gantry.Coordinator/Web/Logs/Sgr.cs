namespace Gantry.Coordinator.Web.Logs;

/// <summary>Select Graphic Rendition: the parameters of <c>ESC [ … m</c> applied to a style.</summary>
internal static class Sgr
{
    private const int MaxParameters = 32;

    /// <summary>Applies the parameter bytes between <c>[</c> and <c>m</c>; unknown codes change nothing.</summary>
    public static LogStyle Apply(LogStyle style, ReadOnlySpan<byte> parameters)
    {
        Span<int> codes = stackalloc int[MaxParameters];
        var count = Read(parameters, codes);
        for (var i = 0; i < count; i++)
        {
            var code = codes[i];
            style = code is 38 or 48 or 58 ? ExtendedColour(style, code, codes[..count], ref i) : Simple(style, code);
        }

        return style;
    }

    // `4:3` (curly underline) and `38:2::r:g:b` use colons: the sub-parameters of a colour are read as parameters,
    // those of anything else are skipped, `4:0` being the one that matters.
    private static int Read(ReadOnlySpan<byte> text, Span<int> codes)
    {
        var count = 0;
        foreach (var range in text.Split((byte)';'))
        {
            var part = text[range];
            var colon = part.IndexOf((byte)':');
            if (colon < 0)
            {
                Add(codes, ref count, Number(part));
                continue;
            }

            var head = Number(part[..colon]);
            if (head is 38 or 48 or 58)
                AddColour(codes, ref count, head, part[(colon + 1)..]);
            else
                Add(codes, ref count, head == 4 && part[(colon + 1)..] is [(byte)'0', ..] ? 24 : head);
        }

        return count;
    }

    private static void AddColour(Span<int> codes, ref int count, int head, ReadOnlySpan<byte> rest)
    {
        Span<int> values = stackalloc int[6];
        var n = 0;
        foreach (var range in rest.Split((byte)':'))
        {
            if (n < values.Length)
                values[n++] = Number(rest[range]);
        }

        Add(codes, ref count, head);
        // ITU T.416 puts a colour space before r, g, b; many programs leave it out.
        var skip = values[0] == 2 && n >= 5 ? 1 : -1;
        for (var i = 0; i < n; i++)
        {
            if (i != skip)
                Add(codes, ref count, values[i]);
        }
    }

    private static void Add(Span<int> codes, ref int count, int value)
    {
        if (count < codes.Length)
            codes[count++] = value;
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9' || value > 9999)
                return -1;
            value = (value * 10) + (digit - '0');
        }

        return value;
    }

    private static LogStyle Simple(LogStyle style, int code) => code switch
    {
        0 => default,
        1 => With(style, LogAttributes.Bold),
        2 => With(style, LogAttributes.Faint),
        3 => With(style, LogAttributes.Italic),
        4 or 21 => With(style, LogAttributes.Underline),
        7 => With(style, LogAttributes.Inverse),
        8 => With(style, LogAttributes.Conceal),
        9 => With(style, LogAttributes.Strike),
        22 => Without(style, LogAttributes.Bold | LogAttributes.Faint),
        23 => Without(style, LogAttributes.Italic),
        24 => Without(style, LogAttributes.Underline),
        27 => Without(style, LogAttributes.Inverse),
        28 => Without(style, LogAttributes.Conceal),
        29 => Without(style, LogAttributes.Strike),
        >= 30 and <= 37 => style with { Foreground = LogColour.Palette(code - 30) },
        39 => style with { Foreground = 0 },
        >= 40 and <= 47 => style with { Background = LogColour.Palette(code - 40) },
        49 => style with { Background = 0 },
        >= 90 and <= 97 => style with { Foreground = LogColour.Palette(code - 90 + 8) },
        >= 100 and <= 107 => style with { Background = LogColour.Palette(code - 100 + 8) },
        _ => style,
    };

    private static LogStyle ExtendedColour(LogStyle style, int code, ReadOnlySpan<int> codes, ref int i)
    {
        var rest = codes[(i + 1)..];
        int colour;
        if (rest is [5, var index, ..])
        {
            i += 2;
            colour = index is >= 0 and <= 255 ? LogColour.Palette(index) : 0;
        }
        else if (rest is [2, var red, var green, var blue, ..])
        {
            i += 4;
            colour = LogColour.Rgb(Byte(red), Byte(green), Byte(blue));
        }
        else
        {
            // Cut short: nothing after it can be trusted to be a code of its own.
            i = codes.Length;
            return style;
        }

        return code switch
        {
            38 => style with { Foreground = colour },
            48 => style with { Background = colour },
            _ => style,
        };
    }

    private static int Byte(int value) => Math.Clamp(value, 0, 255);

    private static LogStyle With(LogStyle style, LogAttributes attributes) => style with { Attributes = style.Attributes | attributes };

    private static LogStyle Without(LogStyle style, LogAttributes attributes) => style with { Attributes = style.Attributes & ~attributes };
}
