using System.Globalization;
using System.Text;
using Gantry.Engine.Archives.Trees;

namespace Gantry.Engine.Archives.Tar;

/// <summary>
/// The header blocks of one entry: plain ustar when everything fits, otherwise a pax extended header in front (POSIX.1-2001)
/// with the fields that do not. Times are whole seconds, as the official runner writes them.
/// </summary>
internal static class TarHeader
{
    public const int Block = 512;

    private const int NameField = 100;
    private const int PrefixField = 155;
    private const long LargestOctal8 = 0x1FFFFF;
    private const long LargestOctal12 = 0x1FFFFFFFF;

    /// <param name="entry">Its size is what follows the header.</param>
    /// <param name="target">Of a link; empty otherwise.</param>
    public static byte[] Of(FileEntry entry, ReadOnlySpan<byte> target)
    {
        var name = FileNames.Encode(entry.Kind == FileKind.Folder ? entry.Path + "/" : entry.Path);
        var split = SplitName(name);
        var pax = new MemoryStream();
        if (split < 0 || !Ascii.IsValid(name))
        {
            AddRecord(pax, "path", name);
        }

        if (target.Length > NameField || !Ascii.IsValid(target))
        {
            AddRecord(pax, "linkpath", target);
        }

        AddNumber(pax, "size", entry.Size, LargestOctal12);
        AddNumber(pax, "mtime", entry.ModifiedAt.ToUnixTimeSeconds(), LargestOctal12);
        AddNumber(pax, "uid", entry.Owner?.User ?? 0, LargestOctal8);
        AddNumber(pax, "gid", entry.Owner?.Group ?? 0, LargestOctal8);

        var type = entry.Kind switch { FileKind.Folder => '5', FileKind.Link => '2', _ => '0' };
        var header = Ustar(entry, type, split < 0 ? name.AsSpan(0, Math.Min(name.Length, NameField)) : name, Math.Max(split, 0));
        target[..Math.Min(target.Length, NameField)].CopyTo(header.AsSpan(157));
        Seal(header);
        if (pax.Length == 0)
        {
            return header;
        }

        var extended = pax.ToArray();
        var front = Ustar(entry with { Path = "", Size = extended.Length, Mode = 0x1A4 }, 'x', "pax_header"u8, 0);
        Seal(front);
        return [.. front, .. extended, .. new byte[Padding(extended.Length)], .. header];
    }

    /// <summary>Zeros that fill the last block behind so many bytes.</summary>
    public static int Padding(long size) => (int)((Block - (size % Block)) % Block);

    // Where the '/' between prefix and name is; 0 when the name alone is short enough; -1 when it does not fit.
    private static int SplitName(ReadOnlySpan<byte> name)
    {
        if (name.Length <= NameField)
        {
            return 0;
        }

        // The last possible slash leaves the longest prefix; a folder's own trailing slash is no border.
        var slash = name[..Math.Min(name.Length - 1, PrefixField + 1)].LastIndexOf((byte)'/');
        return slash > 0 && name.Length - slash - 1 <= NameField ? slash : -1;
    }

    private static byte[] Ustar(FileEntry entry, char type, ReadOnlySpan<byte> name, int split)
    {
        var header = new byte[Block];
        var text = header.AsSpan();
        name[(split == 0 ? 0 : split + 1)..].CopyTo(text);
        name[..split].CopyTo(text[345..]);
        Octal(text[100..108], entry.Mode);
        Octal(text[108..116], Fit(entry.Owner?.User ?? 0, LargestOctal8));
        Octal(text[116..124], Fit(entry.Owner?.Group ?? 0, LargestOctal8));
        Octal(text[124..136], Fit(entry.Size, LargestOctal12));
        Octal(text[136..148], Fit(entry.ModifiedAt.ToUnixTimeSeconds(), LargestOctal12));
        text[156] = (byte)type;
        "ustar\0"u8.CopyTo(text[257..]);
        "00"u8.CopyTo(text[263..]);
        return header;
    }

    private static void Seal(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var one in header)
        {
            sum += one;
        }

        Octal(header.AsSpan(148, 7), sum);
    }

    private static long Fit(long value, long largest) => value < 0 || value > largest ? 0 : value;

    // Digits with leading zeros, then a zero byte.
    private static void Octal(Span<byte> field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        field[^1] = 0;
    }

    private static void AddNumber(MemoryStream pax, string key, long value, long largest)
    {
        if (value < 0 || value > largest)
        {
            AddRecord(pax, key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
        }
    }

    // "length key=value\n", where the length counts itself.
    private static void AddRecord(MemoryStream pax, string key, ReadOnlySpan<byte> value)
    {
        var rest = key.Length + value.Length + 3;
        var length = rest + rest.ToString(CultureInfo.InvariantCulture).Length;
        length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        pax.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {key}=")));
        pax.Write(value);
        pax.WriteByte((byte)'\n');
    }
}
