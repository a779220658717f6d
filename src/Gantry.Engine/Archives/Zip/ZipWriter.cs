using System.Buffers;
using Gantry.Engine.Archives.Blocks;

namespace Gantry.Engine.Archives.Zip;

/// <summary>
/// The zip layout. An entry that came in one block has its sizes in front; a larger one has a data descriptor behind, with
/// 8-byte sizes when it may reach 4 GiB.
/// </summary>
internal sealed class ZipWriter(ArchiveOutput output, ZipMethod method, Action<ArchiveNotice> report) : IBlockSink
{
    private readonly ArrayBufferWriter<byte> _directory = new(64 * 1024);
    private long _entries;
    private ZipRecord? _open;

    public async ValueTask WriteAsync(FileBlock block, CancellationToken cancellationToken)
    {
        if (block.Missing is not null)
        {
            report(ArchiveNotice.Warning($"File ignored: {block.Missing}"));
            return;
        }

        if (block.IsFirst)
        {
            _open = Begin(block);
            await output.WriteAsync(_open.LocalHeader(), cancellationToken);
        }

        var record = _open!;
        if (record.HasDescriptor)
        {
            record.Add(block.Checksum, block.RawLength, block.Content!.Length);
        }

        if (record.Compressed > 0)
        {
            await output.WriteAsync(block.Content!.Written, cancellationToken);
        }

        if (block.IsLast)
        {
            await output.WriteAsync(record.HasDescriptor ? record.Descriptor() : [], cancellationToken);
            _directory.Write(record.DirectoryHeader());
            _entries++;
        }
    }

    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        var start = output.Position;
        await output.WriteAsync(_directory.WrittenMemory, cancellationToken);
        await output.WriteAsync(ZipRecord.DirectoryEnd(_entries, start, output.Position - start), cancellationToken);
    }

    private ZipRecord Begin(FileBlock block)
    {
        var isFile = block.Entry.Kind == FileKind.File;
        if (!block.IsLast)
        {
            return new ZipRecord(block.Entry, method, output.Position) { HasDescriptor = true };
        }

        // Nothing compresses to two bytes and more; an empty file is stored.
        var isEmpty = isFile && block.RawLength == 0;
        var record = new ZipRecord(block.Entry, isFile && !isEmpty ? method : ZipMethod.Store, output.Position);
        record.Add(block.Checksum, block.RawLength, isEmpty ? 0 : block.Content?.Length ?? 0);
        return record;
    }
}
