using System.Collections.Concurrent;
using System.IO.Compression;
using ZstdSharp;

namespace Gantry.Engine.Archives.Blocks;

/// <summary>How blocks are compressed. Each block stands alone, so any worker can take it; joined they are one valid stream.</summary>
internal sealed class BlockCoder : IDisposable
{
    private readonly ZLibCompressionOptions? _deflate;
    private readonly int _zstd;
    private readonly ConcurrentBag<Compressor> _compressors = [];

    private BlockCoder(ZipMethod method, int deflate, int zstd, bool checksums)
    {
        Method = method;
        HasChecksums = checksums;
        _zstd = zstd;
        _deflate = method == ZipMethod.Deflate ? new ZLibCompressionOptions { CompressionLevel = deflate } : null;
    }

    public ZipMethod Method { get; }

    /// <summary>CRC-32 of the raw bytes is wanted.</summary>
    public bool HasChecksums { get; }

    /// <summary>Larger blocks compress a little better and cost memory: per block in flight, twice this.</summary>
    public int BlockSize => Method == ZipMethod.Zstd ? 2 << 20 : 1 << 20;

    public static BlockCoder ForZip(ArchiveFormat format, ArchiveLevel level) => (format, level) switch
    {
        (ArchiveFormat.ZipZstd, _) => new BlockCoder(ZipMethod.Zstd, 0, ZstdLevel(level), checksums: true),
        (_, ArchiveLevel.Fastest) => new BlockCoder(ZipMethod.Store, 0, 0, checksums: true),
        _ => new BlockCoder(ZipMethod.Deflate, DeflateLevel(level), 0, checksums: true),
    };

    /// <summary>gzip has no stored entries: fastest is fast.</summary>
    public static BlockCoder ForGzip(ArchiveLevel level) =>
        new(ZipMethod.Deflate, DeflateLevel(level), 0, checksums: true);

    /// <summary>The bytes as they are: for raw, and for tar, which is compressed as one stream.</summary>
    public static BlockCoder Plain() => new(ZipMethod.Store, 0, 0, checksums: false);

    public static int ZstdLevel(ArchiveLevel level) => level switch
    {
        ArchiveLevel.Fastest or ArchiveLevel.Fast => 1,
        ArchiveLevel.Default => 3,
        ArchiveLevel.Slow => 7,
        _ => 11,
    };

    /// <param name="raw">At most <see cref="BlockSize"/> bytes.</param>
    /// <param name="last">Ends the compressed stream.</param>
    /// <param name="output">Takes the result.</param>
    public void Encode(ReadOnlySpan<byte> raw, bool last, PooledBytes output)
    {
        switch (Method)
        {
            case ZipMethod.Deflate:
                Deflate(raw, last, output);
                break;
            case ZipMethod.Zstd:
                var compressor = _compressors.TryTake(out var free) ? free : new Compressor(_zstd);
                var size = compressor.Wrap(raw, output.GetSpan(Compressor.GetCompressBound(raw.Length)));
                output.Advance(size);
                _compressors.Add(compressor);
                break;
            default:
                output.Write(raw);
                break;
        }
    }

    public void Dispose()
    {
        while (_compressors.TryTake(out var compressor))
        {
            compressor.Dispose();
        }
    }

    private void Deflate(ReadOnlySpan<byte> raw, bool last, PooledBytes output)
    {
        if (raw.IsEmpty)
        {
            // The platform writes nothing for nothing; an end there must be: an empty final block.
            output.Write(last ? [0x03, 0x00] : []);
            return;
        }

        using var deflate = new DeflateStream(output, _deflate!, leaveOpen: true);
        deflate.Write(raw);
        if (last)
        {
            return;
        }

        // A sync flush ends on a byte border, where the next block's stream can go on; closing would add an end.
        deflate.Flush();
        var length = output.Written.Length;
        deflate.Dispose();
        output.Truncate(length);
    }

    private static int DeflateLevel(ArchiveLevel level) => level switch
    {
        ArchiveLevel.Fastest or ArchiveLevel.Fast => 1,
        ArchiveLevel.Default => 5,
        ArchiveLevel.Slow => 7,
        _ => 9,
    };
}
