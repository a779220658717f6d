using System.Buffers.Binary;
using Gantry.Engine.Archives.Blocks;
using Gantry.Engine.Archives.Trees;

namespace Gantry.Engine.Archives.Zip;

/// <summary>
/// The headers of one entry (APPNOTE 4.3.7 to 4.3.12). Extra fields, in order: 0x7875 owner, 0x5455 modification time,
/// 0x0001 zip64 when something is too large for 32 bits.
/// </summary>
internal sealed class ZipRecord(FileEntry entry, ZipMethod method, long offset)
{
    private const uint Max32 = uint.MaxValue;
    private const ushort HasUtf8Name = 0x800;
    private const ushort HasDescriptorFlag = 0x8;

    // Compression can make incompressible data a little larger: the 8-byte descriptor is promised early.
    private const long MayReach4GiB = uint.MaxValue - (64L << 20);

    private readonly byte[] _name = FileNames.Encode(entry.Kind == FileKind.Folder ? entry.Path + "/" : entry.Path);

    /// <summary>Sizes and checksum stand behind the content instead of in front.</summary>
    public bool HasDescriptor { get; init; }

    public uint Checksum { get; private set; }

    public long Size { get; private set; }

    public long Compressed { get; private set; }

    private bool HasWideDescriptor => HasDescriptor && entry.Size >= MayReach4GiB;

    private ushort Flags => (ushort)((FileNames.IsUtf8(entry.Path) ? HasUtf8Name : 0) | (HasDescriptor ? HasDescriptorFlag : 0));

    /// <summary>Another piece of content.</summary>
    public void Add(uint checksum, long size, long compressed)
    {
        Checksum = Size == 0 ? checksum : Checksums.Join(Checksum, checksum, size);
        Size += size;
        Compressed += compressed;
    }

    public byte[] LocalHeader()
    {
        var extra = CommonExtra();
        var header = new byte[30 + _name.Length + extra.Length + (HasWideDescriptor ? 20 : 0)];
        var at = new LittleEndian(header);
        at.Four(0x04034B50);
        at.Two(VersionNeeded(HasWideDescriptor));
        WriteCommon(ref at);
        at.Four(HasDescriptor ? 0 : Checksum);
        at.Four(HasWideDescriptor ? Max32 : HasDescriptor ? 0 : (uint)Compressed);
        at.Four(HasWideDescriptor ? Max32 : HasDescriptor ? 0 : (uint)Size);
        at.Two(_name.Length);
        at.Two(header.Length - 30 - _name.Length);
        at.Bytes(_name);
        at.Bytes(extra);
        if (HasWideDescriptor)
        {
            at.Two(0x0001);
            at.Two(16);
            at.Eight(0);
            at.Eight(0);
        }

        return header;
    }

    public byte[] Descriptor()
    {
        var descriptor = new byte[HasWideDescriptor ? 24 : 16];
        var at = new LittleEndian(descriptor);
        at.Four(0x08074B50);
        at.Four(Checksum);
        if (HasWideDescriptor)
        {
            at.Eight(Compressed);
            at.Eight(Size);
        }
        else
        {
            at.Four((uint)Compressed);
            at.Four((uint)Size);
        }

        return descriptor;
    }

    public byte[] DirectoryHeader()
    {
        var extra = CommonExtra();
        var wide = WideFields();
        var header = new byte[46 + _name.Length + extra.Length + (wide.Count == 0 ? 0 : 4 + (wide.Count * 8))];
        var at = new LittleEndian(header);
        at.Four(0x02014B50);
        at.Two((3 << 8) | VersionNeeded(wide.Count > 0 || HasWideDescriptor));
        at.Two(VersionNeeded(wide.Count > 0 || HasWideDescriptor));
        WriteCommon(ref at);
        at.Four(Checksum);
        at.Four((uint)Math.Min(Compressed, Max32));
        at.Four((uint)Math.Min(Size, Max32));
        at.Two(_name.Length);
        at.Two(header.Length - 46 - _name.Length);
        at.Two(0);
        at.Two(0);
        at.Two(0);
        at.Four(ExternalAttributes());
        at.Four((uint)Math.Min(offset, Max32));
        at.Bytes(_name);
        at.Bytes(extra);
        if (wide.Count > 0)
        {
            at.Two(0x0001);
            at.Two(wide.Count * 8);
            foreach (var value in wide)
            {
                at.Eight(value);
            }
        }

        return header;
    }

    /// <summary>The end of the archive, with the zip64 records when the classic one cannot hold the numbers.</summary>
    public static byte[] DirectoryEnd(long entries, long start, long size)
    {
        var isWide = entries >= ushort.MaxValue || start >= Max32 || size >= Max32;
        var end = new byte[22 + (isWide ? 76 : 0)];
        var at = new LittleEndian(end);
        if (isWide)
        {
            at.Four(0x06064B50);
            at.Eight(44);
            at.Two((3 << 8) | 45);
            at.Two(45);
            at.Eight(0);
            at.Eight(entries);
            at.Eight(entries);
            at.Eight(size);
            at.Eight(start);
            at.Four(0x07064B50);
            at.Four(0);
            at.Eight(start + size);
            at.Four(1);
        }

        at.Four(0x06054B50);
        at.Four(0);
        at.Two((int)Math.Min(entries, ushort.MaxValue));
        at.Two((int)Math.Min(entries, ushort.MaxValue));
        at.Four((uint)Math.Min(size, Max32));
        at.Four((uint)Math.Min(start, Max32));
        at.Two(0);
        return end;
    }

    private void WriteCommon(ref LittleEndian at)
    {
        at.Two(Flags);
        at.Two((int)method);
        at.Four(DosTime(entry.ModifiedAt));
    }

    private List<long> WideFields()
    {
        // In this order, and only those whose 32-bit field is full.
        List<long> fields = [];
        foreach (var value in (ReadOnlySpan<long>)[Size, Compressed, offset])
        {
            if (value >= Max32)
            {
                fields.Add(value);
            }
        }

        return fields;
    }

    private int VersionNeeded(bool wide) => method == ZipMethod.Zstd ? 63 : wide ? 45 : 20;

    private uint ExternalAttributes()
    {
        const uint MsDosFolder = 0x10;
        return entry.Kind switch
        {
            FileKind.Folder => ((0x4000u | (uint)entry.Mode) << 16) | MsDosFolder,
            FileKind.Link => (0xA000u | (uint)entry.Mode) << 16,
            _ => (0x8000u | (uint)entry.Mode) << 16,
        };
    }

    private byte[] CommonExtra()
    {
        var extra = new byte[(entry.Owner is null ? 0 : 15) + 9];
        var at = new LittleEndian(extra);
        if (entry.Owner is { } owner)
        {
            at.Two(0x7875);
            at.Two(11);
            at.One(1);
            at.One(4);
            at.Four(owner.User);
            at.One(4);
            at.Four(owner.Group);
        }

        at.Two(0x5455);
        at.Two(5);
        at.One(1);
        at.Four(unchecked((uint)(int)Math.Clamp(entry.ModifiedAt.ToUnixTimeSeconds(), int.MinValue, int.MaxValue)));
        return extra;
    }

    // Two-second steps from 1980 to 2107; readers that matter take the extra field.
    private static uint DosTime(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        if (utc.Year is < 1980 or > 2107)
        {
            return 0x00210000;
        }

        var date = ((utc.Year - 1980) << 9) | (utc.Month << 5) | utc.Day;
        return ((uint)date << 16) | (uint)((utc.Hour << 11) | (utc.Minute << 5) | (utc.Second / 2));
    }

    private ref struct LittleEndian(Span<byte> target)
    {
        private Span<byte> _rest = target;

        public void One(byte value)
        {
            _rest[0] = value;
            _rest = _rest[1..];
        }

        public void Two(int value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_rest, (ushort)value);
            _rest = _rest[2..];
        }

        public void Four(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_rest, value);
            _rest = _rest[4..];
        }

        public void Eight(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_rest, value);
            _rest = _rest[8..];
        }

        public void Bytes(ReadOnlySpan<byte> value)
        {
            value.CopyTo(_rest);
            _rest = _rest[value.Length..];
        }
    }
}
