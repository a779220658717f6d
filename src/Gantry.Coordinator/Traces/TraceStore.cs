using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Gantry.Coordinator.Traces;

/// <summary>
/// The log of each job: one append-only file, with its checksum and a live tail. Thread-safe; writers of one job take turns.
/// Bytes are as the runner sent them (masked, with timestamps and section marks).
/// </summary>
/// <param name="folder">Where the files are.</param>
/// <param name="durable">False for logs that nobody reads after this process: their end does not wait for the disk.</param>
internal sealed class TraceStore(string folder, bool durable = true) : IDisposable
{
    private readonly ConcurrentDictionary<long, OpenTrace> _open = new();

    /// <summary>Bytes stored so far; 0 when there is no log.</summary>
    public long Size(long jobId) =>
        _open.TryGetValue(jobId, out var trace) ? trace.Size : new FileInfo(PathOf(jobId)) is { Exists: true } file ? file.Length : 0;

    public bool Exists(long jobId) => File.Exists(PathOf(jobId));

    /// <summary>
    /// Appends when <paramref name="offset"/> is the current size; otherwise stores nothing. Returns the size afterwards.
    /// Once it returned, the bytes survive the death of this process.
    /// </summary>
    public async Task<TraceAppend> AppendAsync(long jobId, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var turn = await TakeTurnAsync(jobId, cancellation);
        if (offset != turn.Trace.Size)
        {
            return new TraceAppend(false, turn.Trace.Size);
        }

        turn.Trace.Append(bytes.Span);
        return new TraceAppend(true, turn.Trace.Size);
    }

    /// <summary>Appends whatever the size is: for lines that the server itself adds.</summary>
    public async Task AppendAsync(long jobId, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var turn = await TakeTurnAsync(jobId, cancellation);
        turn.Trace.Append(bytes.Span);
    }

    /// <summary>CRC-32 of all bytes, as <c>crc32:%08x</c>.</summary>
    public async Task<string> ChecksumAsync(long jobId, CancellationToken cancellation)
    {
        using var turn = await TakeTurnAsync(jobId, cancellation);
        return turn.Trace.Checksum;
    }

    /// <summary>The job ended: flushes to the disk, ends the tails, closes the file. Appending afterwards opens it again.</summary>
    public async Task CompleteAsync(long jobId, CancellationToken cancellation)
    {
        if (_open.ContainsKey(jobId))
        {
            using var turn = await TakeTurnAsync(jobId, cancellation);
            _open.TryRemove(new(jobId, turn.Trace));
            turn.Trace.Dispose();
        }
    }

    /// <summary>Ends the tails and deletes the file.</summary>
    public async Task DeleteAsync(long jobId, CancellationToken cancellation)
    {
        await CompleteAsync(jobId, cancellation);
        if (Exists(jobId))
        {
            File.Delete(PathOf(jobId));
        }
    }

    /// <summary>The log so far, or null when there is none.</summary>
    public FileStream? OpenRead(long jobId) =>
        Exists(jobId) ? new FileStream(PathOf(jobId), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;

    /// <summary>Somebody follows the job's live log, so the runner is asked to send more often.</summary>
    public bool IsWatched(long jobId) => _open.TryGetValue(jobId, out var trace) && trace.Watchers > 0;

    /// <summary>
    /// The log from <paramref name="offset"/> on, in pieces as they arrive, until the job is over. Each piece is valid until
    /// the next one is asked for.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="offset">Bytes the reader already has.</param>
    /// <param name="finished">Whether the job is over; asked once, after the tail began to listen, so that no end is missed.</param>
    /// <param name="cancellation">Ends the tail.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> TailAsync(
        long jobId, long offset, Func<Task<bool>> finished, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var trace = Open(jobId);
        trace.Watch();
        FileStream? file = null;
        var over = false;
        try
        {
            over = await finished();
            var buffer = new byte[64 * 1024];
            while (true)
            {
                // Taken before reading: what is appended after the read has its own signal.
                var more = trace.More;
                file ??= OpenRead(jobId);
                if (file is not null)
                {
                    file.Position = offset;
                    for (int count; (count = await file.ReadAsync(buffer, cancellation)) > 0; offset += count)
                    {
                        yield return buffer.AsMemory(0, count);
                    }
                }

                if (over)
                {
                    yield break;
                }

                over = !await more.WaitAsync(cancellation);
            }
        }
        finally
        {
            trace.Unwatch();
            if (over)
            {
                _open.TryRemove(new(jobId, trace));
            }

            if (file is not null)
            {
                await file.DisposeAsync();
            }
        }
    }

    public void Dispose()
    {
        foreach (var (jobId, trace) in _open)
        {
            _open.TryRemove(jobId, out _);
            trace.Dispose();
        }
    }

    private OpenTrace Open(long jobId) => _open.GetOrAdd(jobId, static (_, made) => new OpenTrace(made.Path, made.Durable), (Path: PathOf(jobId), Durable: durable));

    private async Task<Turn> TakeTurnAsync(long jobId, CancellationToken cancellation)
    {
        while (true)
        {
            var trace = Open(jobId);
            await trace.Turn.WaitAsync(cancellation);
            if (!trace.Closed)
            {
                return new Turn(trace);
            }

            trace.Turn.Release();
        }
    }

    private string PathOf(long jobId) => Path.Combine(folder, (jobId / 1000).ToString("d4", null), $"{jobId}.log");

    private readonly struct Turn(OpenTrace trace) : IDisposable
    {
        public OpenTrace Trace => trace;

        public void Dispose() => trace.Turn.Release();
    }
}
