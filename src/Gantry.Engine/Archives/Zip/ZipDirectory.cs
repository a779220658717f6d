using System.Buffers.Binary;
using Gantry.Engine.Archives.Blocks;
using Gantry.Engine.Archives.Extraction;
using Gantry.Engine.Archives.Trees;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Zip;

/// <summary>Reads the table of contents from the end of a zip (APPNOTE 4.3.12 to 4.3.16, zip64 included).</summary>
internal static class ZipDirectory
{
    private const int EndLength = 22;
    private const int LongestComment = 65_535;
    private const int LocatorLength = 20;
    private const int HeaderLength = 46;

    /// <exception cref="ArchiveException">It is no zip, damaged, or holds a name that is not safe.</exception>
    public static IEnumerable<ZipItem> Read(SafeFileHandle file)
    {
        var (entries, start, size) = FindDirectory(file);
        using var directory = new BufferedStream(new HandleRange(file, start, size), 64 * 1024);
        var header = new byte[HeaderLength];
        for (long i = 0; i < entries; i++)
        {
            directory.ReadExactly(header);
            if (Four(header, 0) != 0x02014B50)
            {
                throw new ArchiveException("the archive is damaged: a line of the table of contents is missing");
            }

            var name = new byte[Two(header, 28)];
            var extra = new byte[Two(header, 30)];
            directory.ReadExactly(name);
            directory.ReadExactly(extra);
            directory.ReadExactly(new byte[Two(header, 32)]);
            yield return Item(header, FileNames.Decode(name), extra);
        }
    }

    private static (long Entries, long Start, long Size) FindDirectory(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        var tail = new byte[(int)Math.Min(length, EndLength + LongestComment + LocatorLength)];
        ReadAt(file, tail, length - tail.Length);
        for (var at = tail.Length - EndLength; at >= 0; at--)
        {
            if (Four(tail, at) != 0x06054B50 || at + EndLength + Two(tail, at + 20) > tail.Length)
            {
                continue;
            }

            var found = (Entries: (long)Two(tail, at + 10), Start: (long)Four(tail, at + 16), Size: (long)Four(tail, at + 12));
            if (at >= LocatorLength && Four(tail, at - LocatorLength) == 0x07064B50)
            {
                var wide = new byte[56];
                ReadAt(file, wide, Eight(tail, at - LocatorLength + 8));
                if (Four(wide, 0) == 0x06064B50)
                {
                    found = (Eight(wide, 32), Eight(wide, 48), Eight(wide, 40));
                }
            }

            return found.Start >= 0 && found.Size >= 0 && found.Size <= length && found.Start <= length - found.Size
                ? found
                : throw new ArchiveException("the archive is damaged: its table of contents lies outside the file");
        }

        throw new ArchiveException("not a valid zip file");
    }

    private static ZipItem Item(byte[] header, string name, byte[] extra)
    {
        var size = (long)Four(header, 24);
        var compressed = (long)Four(header, 20);
        var offset = (long)Four(header, 42);
        var time = DosTime(Four(header, 12));
        FileOwner? owner = null;
        for (var at = 0; at + 4 <= extra.Length && at + 4 + Two(extra, at + 2) <= extra.Length; at += 4 + Two(extra, at + 2))
        {
            var field = extra.AsSpan(at + 4, Two(extra, at + 2));
            switch (Two(extra, at))
            {
                case 0x0001:
                    Widen(ref field, ref size);
                    Widen(ref field, ref compressed);
                    Widen(ref field, ref offset);
                    break;
                case 0x5455 when field.Length >= 5 && (field[0] & 1) != 0:
                    time = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt32LittleEndian(field[1..]));
                    break;
                case 0x7875 when field.Length >= 11 && field[0] == 1 && field[1] == 4 && field[6] == 4:
                    owner = new FileOwner(BinaryPrimitives.ReadUInt32LittleEndian(field[2..]), BinaryPrimitives.ReadUInt32LittleEndian(field[7..]));
                    break;
                default:
                    break;
            }
        }

        var (kind, mode) = Attributes(header, name);
        return new ZipItem
        {
            Entry = new FileEntry { Path = SafePath.Of(name), Kind = kind, Mode = mode, Size = size, ModifiedAt = time, Owner = owner },
            Name = name,
            Method = (ZipMethod)Two(header, 10),
            IsEncrypted = (Two(header, 8) & 1) != 0,
            Checksum = Four(header, 16),
            Compressed = compressed,
            Offset = offset,
        };
    }

    // The 64-bit value is there only when the 32-bit field is full.
    private static void Widen(ref Span<byte> field, ref long value)
    {
        if (value == uint.MaxValue && field.Length >= 8)
        {
            value = BinaryPrimitives.ReadInt64LittleEndian(field);
            field = field[8..];
            if (value < 0)
            {
                throw new ArchiveException("the archive is damaged: a size or place is negative");
            }
        }
    }

    private static (FileKind Kind, int Mode) Attributes(byte[] header, string name)
    {
        const int Unix = 3;
        const int MacOs = 19;
        var isFolder = name.EndsWith('/');
        var attributes = Four(header, 38);
        if (header[5] is not (Unix or MacOs) || attributes >> 16 == 0)
        {
            isFolder |= (attributes & 0x10) != 0;
            return isFolder ? (FileKind.Folder, 0x1ED) : (FileKind.File, 0x1A4);
        }

        var kind = (attributes >> 28) switch
        {
            0x4 => FileKind.Folder,
            0xA => FileKind.Link,
            0x8 or 0 => isFolder ? FileKind.Folder : FileKind.File,
            _ => FileKind.Other,
        };

        // Set-id and sticky bits are not restored.
        return (kind, (int)(attributes >> 16) & 0x1FF);
    }

    private static DateTimeOffset DosTime(uint value)
    {
        var (date, time) = ((int)(value >> 16), (int)(value & 0xFFFF));
        var (month, day) = (Math.Clamp(date >> 5 & 15, 1, 12), Math.Max(date & 31, 1));
        var year = 1980 + (date >> 9);
        return new DateTimeOffset(
            year, month, Math.Min(day, DateTime.DaysInMonth(year, month)),
            Math.Min(time >> 11, 23), Math.Min(time >> 5 & 63, 59), Math.Min((time & 31) * 2, 59), TimeSpan.Zero);
    }

    public static void ReadAt(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        if (offset < 0)
        {
            throw new ArchiveException("the archive is damaged: a place is negative");
        }

        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
            {
                throw new ArchiveException("the archive is damaged: it ends too early");
            }

            buffer = buffer[read..];
            offset += read;
        }
    }

    public static int Two(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    public static uint Four(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Eight(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
