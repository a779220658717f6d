using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Blocks;

/// <summary>A piece of one entry on its way: read and compressed by any worker, written in order.</summary>
internal sealed class FileBlock(FileEntry entry, SharedFile? file, long offset, int length)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FileEntry Entry { get; } = entry;

    /// <summary>Shared with the other blocks of a large file; null: the worker opens the file itself.</summary>
    public SharedFile? File { get; } = file;

    public long Offset { get; } = offset;

    public int Length { get; } = length;

    public bool IsFirst => Offset == 0;

    public bool IsLast => Offset + Length >= Entry.Size;

    /// <summary>Done, or failed for good; the fields below are set before.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Compressed bytes; the target of a link. Null for folders and missing files.</summary>
    public PooledBytes? Content { get; set; }

    /// <summary>Raw bytes; less than <see cref="Length"/> when the file shrank.</summary>
    public int RawLength { get; set; }

    public uint Checksum { get; set; }

    /// <summary>Why the entry is left out; null when it is not.</summary>
    public string? Missing { get; set; }

    public void Complete() => _ready.TrySetResult();

    public void Fail(Exception fault) => _ready.TrySetException(fault);
}

/// <summary>A file open for as long as one of its blocks is unread.</summary>
internal sealed class SharedFile(SafeFileHandle handle, int blocks)
{
    private int _blocks = blocks;

    public SafeFileHandle Handle { get; } = handle;

    public void Release()
    {
        if (Interlocked.Decrement(ref _blocks) == 0)
        {
            Handle.Dispose();
        }
    }
}
