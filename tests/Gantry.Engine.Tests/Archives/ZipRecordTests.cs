using System.Buffers.Binary;
using System.IO.Hashing;
using CsCheck;
using Gantry.Engine.Archives;
using Gantry.Engine.Archives.Blocks;
using Gantry.Engine.Archives.Tar;
using Gantry.Engine.Archives.Zip;

namespace Gantry.Engine.Tests.Archives;

/// <summary>Headers of sizes no test writes out.</summary>
public sealed class ZipRecordTests
{
    private const long Large = 5L << 30;

    [Fact]
    public void A_small_entry_needs_no_wide_fields()
    {
        var record = new ZipRecord(Entry("a", 3), ZipMethod.Deflate, 7);
        record.Add(0x11223344, 3, 5);

        var local = record.LocalHeader();
        var directory = record.DirectoryHeader();

        Assert.Equal((20, 3u, 5u), (Two(local, 4), Four(local, 22), Four(local, 18)));
        Assert.Equal((20, 3u, 5u, 7u), (Two(directory, 6), Four(directory, 24), Four(directory, 20), Four(directory, 42)));
        Assert.Equal([0x7875, 0x5455], Extras(local.AsSpan(30 + 1)));
        Assert.Equal([0x7875, 0x5455], Extras(directory.AsSpan(46 + 1)));
    }

    [Fact]
    public void An_entry_of_5_GiB_has_64_bit_sizes_everywhere()
    {
        var record = new ZipRecord(Entry("a", Large), ZipMethod.Deflate, 7) { HasDescriptor = true };
        var local = record.LocalHeader();
        record.Add(1, Large, Large + 1);
        var descriptor = record.Descriptor();
        var directory = record.DirectoryHeader();

        Assert.Equal((45, uint.MaxValue, uint.MaxValue), (Two(local, 4), Four(local, 18), Four(local, 22)));
        Assert.Equal([0x7875, 0x5455, 0x0001], Extras(local.AsSpan(31)));
        Assert.Equal((24, Large + 1, Large), (descriptor.Length, Eight(descriptor, 8), Eight(descriptor, 16)));
        Assert.Equal((45, uint.MaxValue, uint.MaxValue, 7u), (Two(directory, 6), Four(directory, 20), Four(directory, 24), Four(directory, 42)));
        Assert.Equal((Large, Large + 1), (Eight(directory, directory.Length - 16), Eight(directory, directory.Length - 8)));
    }

    [Fact]
    public void An_entry_behind_4_GiB_has_a_64_bit_offset_only()
    {
        var record = new ZipRecord(Entry("a", 3), ZipMethod.Store, Large);
        record.Add(1, 3, 3);
        var directory = record.DirectoryHeader();

        Assert.Equal((3u, uint.MaxValue), (Four(directory, 24), Four(directory, 42)));
        Assert.Equal((8, Large), (Two(directory, directory.Length - 10), Eight(directory, directory.Length - 8)));
    }

    [Theory]
    [InlineData(3, 100, 50, 22)]
    [InlineData(65_534, 100, 50, 22)]
    [InlineData(65_535, 100, 50, 98)]
    [InlineData(3, Large, 50, 98)]
    public void The_end_is_wide_when_a_number_does_not_fit(long entries, long start, long size, int length)
    {
        var end = ZipRecord.DirectoryEnd(entries, start, size);

        Assert.Equal(length, end.Length);
        if (length > 22)
        {
            Assert.Equal((entries, size, start), (Eight(end, 32), Eight(end, 40), Eight(end, 48)));
            Assert.Equal(start + size, Eight(end, 64));
        }
    }

    [Fact]
    public void A_tar_header_of_20_GiB_has_its_size_in_a_pax_record()
    {
        var header = TarHeader.Of(Entry("a", 20L << 30), []);

        Assert.Equal(3 * TarHeader.Block, header.Length);
        Assert.Contains("20 size=21474836480\n", System.Text.Encoding.ASCII.GetString(header), StringComparison.Ordinal);
    }

    [Fact]
    public void Checksums_of_pieces_join_to_the_checksum_of_the_whole() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300]).Sample((a, b) => Assert.Equal(
            Crc32.HashToUInt32([.. a, .. b]), Checksums.Join(Crc32.HashToUInt32(a), Crc32.HashToUInt32(b), b.Length)));

    private static FileEntry Entry(string path, long size) => new()
    {
        Path = path,
        Kind = FileKind.File,
        Size = size,
        Mode = 0x1A4,
        ModifiedAt = DateTimeOffset.UnixEpoch.AddDays(20_000),
        Owner = new FileOwner(1, 2),
    };

    private static List<int> Extras(ReadOnlySpan<byte> extra)
    {
        List<int> types = [];
        while (extra.Length >= 4)
        {
            types.Add(Two(extra, 0));
            extra = extra[(4 + Two(extra, 2))..];
        }

        return types;
    }

    private static int Two(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Four(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Eight(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
