using System.Buffers;
using System.IO.Hashing;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Gantry.Engine.Archives.Trees;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Blocks;

/// <summary>
/// Reads and compresses many files at once and hands the results over in order.
/// <code>
///   entries ─► cut into blocks ─┬─► work (any order) ─► workers: open, read, CRC, compress ─► block.Ready
///                               └─► order ────────────► sink: await block.Ready, write
/// </code>
/// </summary>
internal sealed class BlockPipeline(ISourceTree tree, BlockCoder coder, int workers)
{
    // Full: the cutter waits. This bounds the memory (compressed blocks not yet written) and the open files.
    private readonly int _blocksInFlight = (workers * 4) + 4;

    /// <summary>Runs to the end of the archive. The first fault ends everything and is thrown.</summary>
    public async Task RunAsync(IReadOnlyList<FileEntry> entries, IBlockSink sink, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var options = new BoundedChannelOptions(_blocksInFlight) { SingleWriter = true };
        var work = Channel.CreateBounded<FileBlock>(options);
        var order = Channel.CreateBounded<FileBlock>(options);

        Task[] parts =
        [
            StopOnFaultAsync(CutAsync(entries, order.Writer, work.Writer, stop.Token), stop),
            StopOnFaultAsync(WorkAsync(work.Reader, stop.Token), stop),
            StopOnFaultAsync(WriteAsync(order.Reader, sink, stop.Token), stop),
        ];
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // The others were only stopped: the cause is the one that faulted.
        cancellationToken.ThrowIfCancellationRequested();
        if (Array.Find(parts, part => part.IsFaulted) is { } broken)
        {
            ExceptionDispatchInfo.Throw(broken.Exception!.InnerException!);
        }

        await sink.FinishAsync(cancellationToken);
    }

    private static async Task StopOnFaultAsync(Task part, CancellationTokenSource stop)
    {
        try
        {
            await part;
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task CutAsync(
        IReadOnlyList<FileEntry> entries, ChannelWriter<FileBlock> order, ChannelWriter<FileBlock> work, CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var entry in entries)
        {
            foreach (var block in Cut(entry))
            {
                await order.WriteAsync(block, cancellationToken);
                if (!block.Ready.IsCompleted)
                {
                    await work.WriteAsync(block, cancellationToken);
                }
            }
        }

        order.Complete();
        work.Complete();
    }

    private IEnumerable<FileBlock> Cut(FileEntry entry)
    {
        if (entry.Kind != FileKind.File || entry.Size <= coder.BlockSize)
        {
            yield return new FileBlock(entry, null, 0, (int)entry.Size);
            yield break;
        }

        if (!TryOpen(entry, out var handle, out var missing))
        {
            var gap = new FileBlock(entry, null, 0, 0) { Missing = missing };
            gap.Complete();
            yield return gap;
            yield break;
        }

        var blocks = (int)((entry.Size + coder.BlockSize - 1) / coder.BlockSize);
        var shared = new SharedFile(handle, blocks);
        for (var i = 0; i < blocks; i++)
        {
            var offset = (long)i * coder.BlockSize;
            yield return new FileBlock(entry, shared, offset, (int)Math.Min(coder.BlockSize, entry.Size - offset));
        }
    }

    private async Task WorkAsync(ChannelReader<FileBlock> work, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(work.ReadAllAsync(cancellationToken), options, (block, _) =>
        {
            try
            {
                Prepare(block);
                block.Complete();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArchiveException)
            {
                block.Fail(fault);
            }

            return ValueTask.CompletedTask;
        });
    }

    private static async Task WriteAsync(ChannelReader<FileBlock> order, IBlockSink sink, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await foreach (var block in order.ReadAllAsync(cancellationToken))
        {
            await block.Ready.WaitAsync(cancellationToken);
            await sink.WriteAsync(block, cancellationToken);
            block.Content?.Dispose();
        }
    }

    private void Prepare(FileBlock block)
    {
        switch (block.Entry.Kind)
        {
            case FileKind.File:
                PrepareFile(block);
                break;
            case FileKind.Link:
                PrepareLink(block);
                break;
            default:
                break;
        }
    }

    private void PrepareLink(FileBlock block)
    {
        try
        {
            var target = FileNames.Encode(tree.ReadLink(block.Entry.Path));
            block.Content = new PooledBytes(target.Length);
            block.Content.Write(target);
            block.RawLength = target.Length;
            block.Checksum = Crc32.HashToUInt32(target);
        }
        catch (FileNotFoundException gone)
        {
            block.Missing = gone.Message;
        }
    }

    private void PrepareFile(FileBlock block)
    {
        if (block.File is { } shared)
        {
            try
            {
                Encode(block, shared.Handle);
            }
            finally
            {
                shared.Release();
            }

            return;
        }

        if (!TryOpen(block.Entry, out var handle, out var missing))
        {
            block.Missing = missing;
            return;
        }

        using (handle)
        {
            Encode(block, handle);
        }
    }

    private void Encode(FileBlock block, SafeFileHandle handle)
    {
        var raw = ArrayPool<byte>.Shared.Rent(Math.Max(1, block.Length));
        try
        {
            var length = 0;
            while (length < block.Length
                && RandomAccess.Read(handle, raw.AsSpan(length, block.Length - length), block.Offset + length) is var read and > 0)
            {
                length += read;
            }

            var bytes = raw.AsSpan(0, length);
            block.RawLength = length;
            block.Checksum = coder.HasChecksums ? Crc32.HashToUInt32(bytes) : 0;
            block.Content = new PooledBytes(coder.Method == ZipMethod.Store ? length : (length / 2) + 64);
            coder.Encode(bytes, block.IsLast, block.Content);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
        }
    }

    // Gone is not a fault: a job may clean up behind itself. Not readable is one.
    private bool TryOpen(FileEntry entry, out SafeFileHandle handle, out string missing)
    {
        try
        {
            handle = tree.OpenRead(entry.Path);
            missing = "";
            return true;
        }
        catch (FileNotFoundException gone)
        {
            handle = new SafeFileHandle();
            missing = gone.Message;
            return false;
        }
    }
}
