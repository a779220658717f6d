using System.IO.Hashing;

namespace Gantry.Coordinator.Traces;

/// <summary>
/// One log in use. The file is opened at the first append, and its checksum is then read once from what is already there,
/// so that a restart of the coordinator goes on where it stood.
/// </summary>
internal sealed class OpenTrace(string path, bool durable) : IDisposable
{
    private readonly Crc32 _crc = new();
    private FileStream? _file;
    private long _size = File.Exists(path) ? new FileInfo(path).Length : 0;
    private int _watchers;
    private volatile TaskCompletionSource<bool> _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Held while appending.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    public long Size => Volatile.Read(ref _size);

    /// <summary>Taken out of use; whoever waited for its turn opens the log anew.</summary>
    public bool Closed { get; private set; }

    public int Watchers => Volatile.Read(ref _watchers);

    /// <summary>Completes with true when something was appended, with false at the end.</summary>
    public Task<bool> More => _more.Task;

    public string Checksum
    {
        get
        {
            Load();
            return $"crc32:{_crc.GetCurrentHashAsUInt32():x8}";
        }
    }

    public void Watch() => Interlocked.Increment(ref _watchers);

    public void Unwatch() => Interlocked.Decrement(ref _watchers);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var file = Load();
        file.Write(bytes);
        file.Flush();
        _crc.Append(bytes);
        Volatile.Write(ref _size, _size + bytes.Length);
        Interlocked.Exchange(ref _more, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(true);
    }

    /// <summary>Flushes, ends the tails and closes the file. The caller holds the turn.</summary>
    public void Dispose()
    {
        Closed = true;
        _file?.Flush(durable);
        _file?.Dispose();
        _file = null;
        _more.TrySetResult(false);
    }

    private FileStream Load()
    {
        if (_file is not null)
        {
            return _file;
        }

        DataFolder.Create(Path.GetDirectoryName(path)!);
        // No buffer of our own: what was acknowledged must already be with the operating system.
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);
        _crc.Append(_file);
        Volatile.Write(ref _size, _file.Length);
        return _file;
    }
}
