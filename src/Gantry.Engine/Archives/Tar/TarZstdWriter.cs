using Gantry.Engine.Archives.Blocks;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Gantry.Engine.Archives.Tar;

/// <summary>A tar stream inside zstd. The workers read the files; zstd compresses the joined stream on threads of its own.</summary>
internal sealed class TarZstdWriter : IBlockSink, IAsyncDisposable
{
    private static readonly byte[] Zeros = new byte[64 * 1024];

    private readonly CompressionStream _zstd;
    private readonly OutputStream _output;
    private readonly Action<ArchiveNotice> _report;

    public TarZstdWriter(ArchiveOutput output, ArchiveLevel level, int workers, Action<ArchiveNotice> report)
    {
        _report = report;
        _output = new OutputStream(output);
        _zstd = new CompressionStream(_output, BlockCoder.ZstdLevel(level), leaveOpen: true);
        if (workers > 1)
        {
            _zstd.SetParameter(ZSTD_cParameter.ZSTD_c_nbWorkers, workers);
        }
    }

    public async ValueTask WriteAsync(FileBlock block, CancellationToken cancellationToken)
    {
        if (block.Missing is not null)
        {
            _report(ArchiveNotice.Warning($"File ignored: {block.Missing}"));
            return;
        }

        if (block.IsFirst)
        {
            var target = block.Entry.Kind == FileKind.Link ? block.Content!.Written : default;
            await _zstd.WriteAsync(TarHeader.Of(block.Entry, target.Span), cancellationToken);
        }

        if (block.Entry.Kind != FileKind.File)
        {
            return;
        }

        await _zstd.WriteAsync(block.Content!.Written, cancellationToken);

        // The header has promised the size: a file that shrank is filled up with zeros.
        long missing = block.Length - block.RawLength;
        missing += block.IsLast ? TarHeader.Padding(block.Entry.Size) : 0;
        for (; missing > 0; missing -= Zeros.Length)
        {
            await _zstd.WriteAsync(Zeros.AsMemory(0, (int)Math.Min(missing, Zeros.Length)), cancellationToken);
        }
    }

    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        await _zstd.WriteAsync(Zeros.AsMemory(0, 2 * TarHeader.Block), cancellationToken);
        await _zstd.DisposeAsync();
        _output.IsAbandoned = true;
    }

    public ValueTask DisposeAsync()
    {
        _output.IsAbandoned = true;
        return _zstd.DisposeAsync();
    }
}
