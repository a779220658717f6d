using System.Threading.Channels;

namespace Gantry.Executors.Ssh;

/// <summary>
/// Bytes that have come and wait to be read. The library of ssh takes what a server sends without end, whether somebody reads it or not:
/// what is more than a little waits in a file. One writer, one reader, each on a thread of its own.
/// </summary>
/// <param name="folder">The runner's own (0700): the file is there from when it is needed until the end.</param>
/// <param name="most">Bytes in memory.</param>
internal sealed class Backlog(string folder, int most) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _chunks = new();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private ReadOnlyMemory<byte> _rest;
    private FileStream? _file;
    private Exception? _failure;
    private long _written;
    private long _read;
    private bool _complete;
    private bool _disposed;

    /// <summary>Bytes that wait in memory.</summary>
    public int Held { get; private set; }

    /// <summary>Bytes that wait in the file.</summary>
    public long Spooled => _written - _read;

    /// <summary>A file that cannot be written is told to the reader, and what comes then is forgotten.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_complete || _disposed)
            {
                return;
            }

            if (Spooled == 0 && Held + bytes.Length <= most)
            {
                _chunks.Enqueue(bytes.ToArray());
                Held += bytes.Length;
            }
            else
            {
                Spool(bytes);
            }
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>Nothing follows.</summary>
    /// <param name="failure">Thrown to the reader after the last byte; null: that was all.</param>
    public void Complete(Exception? failure)
    {
        lock (_gate)
        {
            if (!_complete)
            {
                (_complete, _failure) = (true, failure);
            }
        }

        _news.Writer.TryComplete();
    }

    /// <returns>0: nothing follows.</returns>
    /// <exception cref="IOException">It came to another end.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                if (Take(buffer.Span) is > 0 and var count)
                {
                    return count;
                }

                if (buffer.IsEmpty && (Held > 0 || Spooled > 0))
                {
                    return 0;
                }

                if (_complete || _disposed)
                {
                    return _failure is null ? 0 : throw _failure;
                }
            }

            await _news.Reader.WaitToReadAsync(cancellationToken);
            _news.Reader.TryRead(out _);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _chunks.Clear();
            _file?.Dispose();
        }

        _news.Writer.TryComplete();
    }

    private void Spool(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file ??= Open(Path.Combine(folder, $"backlog-{Guid.NewGuid():n}"));
            RandomAccess.Write(_file.SafeFileHandle, bytes, _written);
            _written += bytes.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            (_complete, _failure) = (true, new IOException($"what came could not be kept in {folder}: {e.Message}", e));
            _news.Writer.TryComplete();
        }
    }

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    private int Take(Span<byte> buffer)
    {
        if (_rest.IsEmpty && _chunks.TryDequeue(out var chunk))
        {
            _rest = chunk;
        }

        if (!_rest.IsEmpty)
        {
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest.Span[..count].CopyTo(buffer);
            _rest = _rest[count..];
            Held -= count;
            return count;
        }

        return Spooled > 0 ? TakeSpooled(buffer) : 0;
    }

    private int TakeSpooled(Span<byte> buffer)
    {
        var count = RandomAccess.Read(_file!.SafeFileHandle, buffer[..(int)Math.Min(buffer.Length, Spooled)], _read);
        _read += count;
        if (_read == _written)
        {
            // Caught up: the room is free again.
            RandomAccess.SetLength(_file.SafeFileHandle, 0);
            (_read, _written) = (0, 0);
        }

        return count;
    }
}
