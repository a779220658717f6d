using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using Gantry.Engine.Archives.Blocks;
using Gantry.Engine.Archives.Extraction;
using Gantry.Engine.Archives.Trees;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace Gantry.Engine.Archives.Zip;

/// <summary>Unpacks a zip: names, links and sums are checked for all entries before the first is written; files in parallel.</summary>
internal static class ZipExtractor
{
    private const int BufferSize = 128 * 1024;
    private const int LocalHeaderLength = 30;
    private const int LongestTarget = 64 * 1024;
    private const int LargestPiece = 1 << 20;

    public static async Task ExtractAsync(SafeFileHandle archive, ExtractionPlace place, CancellationToken cancellationToken)
    {
        List<ZipItem> items = [];
        foreach (var item in ZipDirectory.Read(archive))
        {
            cancellationToken.ThrowIfCancellationRequested();
            items.Add(item);
            if (item.Entry.Kind == FileKind.Link)
            {
                place.AddLink(item.Entry, ReadTarget(archive, item));
            }
        }

        foreach (var item in items)
        {
            place.Admit(item.Entry.Path);
        }

        var files = Files(items);
        files.ForEach(item => place.Spend(item.Entry.Size));
        foreach (var item in items)
        {
            Prepare(item, place);
        }

        using var zstd = new ZstdDecoders();
        var options = new ParallelOptions { MaxDegreeOfParallelism = place.Workers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(files, options, (item, token) =>
        {
            place.AddFile(item.Entry, file =>
            {
                if (item is { Method: ZipMethod.Zstd, Compressed: >= 0 and <= LargestPiece, Entry.Size: <= LargestPiece })
                {
                    UnpackPiece(archive, item, file, zstd);
                }
                else
                {
                    Unpack(archive, item, file, token);
                }
            });
            return ValueTask.CompletedTask;
        });
    }

    // Of entries with the same path the last one counts, and two workers must not write one file.
    private static List<ZipItem> Files(List<ZipItem> items)
    {
        Dictionary<string, ZipItem> files = new(StringComparer.Ordinal);
        foreach (var item in items.Where(item => item.Entry.Kind == FileKind.File && item.Entry.Path != "."))
        {
            files[item.Entry.Path] = item;
        }

        return [.. files.Values.OrderBy(item => item.Offset)];
    }

    private static void Prepare(ZipItem item, ExtractionPlace place)
    {
        if (item.Entry.Kind == FileKind.Folder)
        {
            place.AddFolder(item.Entry);
        }
        else if (item.Entry.Kind == FileKind.Other)
        {
            place.Ignore(item.Name);
        }
    }

    private static string ReadTarget(SafeFileHandle archive, ZipItem item)
    {
        if (item.Entry.Size > LongestTarget)
        {
            throw new ArchiveException($"{item.Name}: the target of the link is too long");
        }

        var target = new byte[item.Entry.Size];
        using var content = Open(archive, item);
        content.ReadExactly(target);
        Check(item, content, Crc32.HashToUInt32(target));
        return FileNames.Decode(target);
    }

    // As a stream, a decoder and its buffers would cost more than the content of most files.
    private static void UnpackPiece(SafeFileHandle archive, ZipItem item, SafeFileHandle file, ZstdDecoders zstd)
    {
        var packed = ArrayPool<byte>.Shared.Rent((int)item.Compressed);
        // Room for one byte too many shows content that is longer than it should be.
        var content = ArrayPool<byte>.Shared.Rent((int)item.Entry.Size + 1);
        try
        {
            var start = Start(archive, item);
            ZipDirectory.ReadAt(archive, packed.AsSpan(0, (int)item.Compressed), start);
            var length = zstd.Decode(packed.AsSpan(0, (int)item.Compressed), content);
            if (length != item.Entry.Size)
            {
                throw WrongLength(item, length < item.Entry.Size ? "shorter" : "longer");
            }

            RandomAccess.Write(file, content.AsSpan(0, length), 0);
            Check(item, Crc32.HashToUInt32(content.AsSpan(0, length)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    private static void Unpack(SafeFileHandle archive, ZipItem item, SafeFileHandle file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(item.Entry.Size, 1, BufferSize));
        try
        {
            var checksum = new Crc32();
            using var content = Open(archive, item);
            for (long done = 0; done < item.Entry.Size;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = content.Read(buffer, 0, (int)Math.Min(buffer.Length, item.Entry.Size - done));
                if (read == 0)
                {
                    throw WrongLength(item, "shorter");
                }

                RandomAccess.Write(file, buffer.AsSpan(0, read), done);
                checksum.Append(buffer.AsSpan(0, read));
                done += read;
            }

            Check(item, content, checksum.GetCurrentHashAsUInt32());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Check(ZipItem item, Stream content, uint checksum)
    {
        if (content.ReadByte() >= 0)
        {
            throw WrongLength(item, "longer");
        }

        Check(item, checksum);
    }

    private static void Check(ZipItem item, uint checksum)
    {
        if (checksum != item.Checksum)
        {
            throw new ArchiveException($"{item.Name}: the checksum does not match the content");
        }
    }

    private static ArchiveException WrongLength(ZipItem item, string how) => new($"{item.Name}: the content is {how} than it should be");

    private static Stream Open(SafeFileHandle archive, ZipItem item)
    {
        var range = new HandleRange(archive, Start(archive, item), item.Compressed);
        return item.Method switch
        {
            ZipMethod.Store => range,
            ZipMethod.Deflate => new DeflateStream(range, CompressionMode.Decompress),
            ZipMethod.Zstd => new DecompressionStream(range, leaveOpen: false),
            _ => throw new ArchiveException($"{item.Name}: compression method {(int)item.Method} is not supported"),
        };
    }

    /// <summary>Where the content begins.</summary>
    private static long Start(SafeFileHandle archive, ZipItem item)
    {
        if (item.IsEncrypted)
        {
            throw new ArchiveException($"{item.Name}: the content is encrypted");
        }

        Span<byte> header = stackalloc byte[LocalHeaderLength];
        ZipDirectory.ReadAt(archive, header, item.Offset);
        if (ZipDirectory.Four(header, 0) != 0x04034B50)
        {
            throw new ArchiveException($"{item.Name}: the content is not where it should be");
        }

        return item.Offset + LocalHeaderLength + ZipDirectory.Two(header, 26) + ZipDirectory.Two(header, 28);
    }
}
