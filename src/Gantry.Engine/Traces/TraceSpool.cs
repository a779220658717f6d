using System.IO.Hashing;
using System.Text;

namespace Gantry.Engine.Traces;

/// <summary>
/// The stored log of one job: a 0600 file in the job's journal folder that grows at the end and can be read from any
/// offset until the job is finally reported (official-job-protocol §2.1). It holds exactly the bytes that go to the
/// server; size and checksum cover all of them.
/// <para>The file survives the process: opening it again recomputes size and checksum from its content.</para>
/// <para>Threading: all members may be called at the same time; appends are atomic towards readers.</para>
/// </summary>
/// <exception cref="IOException">Any member that touches the file: the disk is full or gone. The job cannot go on.</exception>
public sealed class TraceSpool : IDisposable
{
    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private readonly Crc32 _crc = new();
    private readonly TailBuffer? _tail;
    private long? _limit;
    private long _size;
    private bool _endsLine = true;
    private bool _full;
    private bool _sealed;

    private TraceSpool(FileStream file, long? limit, int tailBytes)
    {
        _file = file;
        _limit = limit;
        _tail = tailBytes > 0 ? new TailBuffer(tailBytes) : null;
    }

    /// <summary>Where the file is.</summary>
    public string Path => _file.Name;

    /// <summary>Bytes stored so far.</summary>
    public long Size
    {
        get
        {
            lock (_gate)
            {
                return _size;
            }
        }
    }

    /// <summary>Size and checksum of one moment, as an update reports them.</summary>
    public TraceDigest Digest
    {
        get
        {
            lock (_gate)
            {
                return new TraceDigest(_size, $"crc32:{_crc.GetCurrentHashAsUInt32():x8}");
            }
        }
    }

    /// <summary>Nothing stored yet, or the last byte is a line feed.</summary>
    public bool EndsLine
    {
        get
        {
            lock (_gate)
            {
                return _endsLine;
            }
        }
    }

    /// <summary>The limit was reached; later output is dropped (or kept as tail).</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return _full;
            }
        }
    }

    /// <summary>Creates the file or goes on with the one that an earlier process left.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="limitBytes">Bytes of output to keep; null for no limit. The notice comes on top of it.</param>
    /// <param name="tailBytes">How much of the dropped output's end is appended by <see cref="Seal"/>; 0 for the official behaviour.</param>
    public static TraceSpool Open(string path, long? limitBytes, int tailBytes = 0)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var spool = new TraceSpool(new FileStream(path, options), limitBytes, tailBytes);
        spool.Recompute();
        return spool;
    }

    /// <summary>
    /// Stores bytes at the end. A write that reaches the limit is cut at a character, the notice follows, and
    /// everything later is dropped silently.
    /// </summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_sealed || bytes.IsEmpty)
            {
                return;
            }

            if (_full)
            {
                _tail?.Append(bytes);
                return;
            }

            if (_limit is { } limit && bytes.Length >= limit - _size)
            {
                _full = true;
                var kept = CharacterBoundary(bytes, (int)Math.Max(0, limit - _size));
                Store(bytes[..kept]);
                Store(Notice(limit));
                _tail?.Append(bytes[kept..]);
                return;
            }

            Store(bytes);
        }
    }

    /// <summary>Reads stored bytes; 0 at or behind the end.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        var available = Size - offset;
        if (available <= 0 || offset < 0)
        {
            return 0;
        }

        var wanted = buffer[..(int)Math.Min(buffer.Length, available)];
        var done = 0;
        while (done < wanted.Length)
        {
            var read = RandomAccess.Read(_file.SafeFileHandle, wanted[done..], offset + done);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    /// <summary>No more output: appends the kept tail, when there is one. Later appends are dropped. Idempotent.</summary>
    public void Seal()
    {
        lock (_gate)
        {
            if (_sealed)
            {
                return;
            }

            _sealed = true;
            if (_tail is { HasContent: true } tail)
            {
                Store(Encoding.UTF8.GetBytes(Ansi.BoldYellow + "The last lines of the job's output:" + Ansi.Reset + "\n"));
                Store(tail.LastLines());
            }
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Changes the limit for what comes.</summary>
    internal void LimitTo(long bytes)
    {
        lock (_gate)
        {
            _limit = bytes;
        }
    }

    private static byte[] Notice(long limit) => Encoding.UTF8.GetBytes(
        $"\n{Ansi.BoldYellow}Job's log exceeded limit of {limit} bytes.\n"
        + $"Job execution will continue but no more output will be collected.{Ansi.Reset}\n");

    /// <summary>The largest cut at or before <paramref name="length"/> that does not split a UTF-8 character.</summary>
    private static int CharacterBoundary(ReadOnlySpan<byte> bytes, int length)
    {
        var cut = length;
        while (cut > 0 && cut < bytes.Length && length - cut < 4 && (bytes[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        return cut;
    }

    private void Store(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        RandomAccess.Write(_file.SafeFileHandle, bytes, _size);
        _crc.Append(bytes);
        _size += bytes.Length;
        _endsLine = bytes[^1] == (byte)'\n';
    }

    private void Recompute()
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = RandomAccess.Read(_file.SafeFileHandle, buffer, _size)) > 0)
        {
            _crc.Append(buffer.AsSpan(0, read));
            _size += read;
            _endsLine = buffer[read - 1] == (byte)'\n';
        }

        // Only the notice goes beyond the limit, and it is written together with the cut.
        _full = _size > 0 && _limit is { } limit && _size >= limit;
    }
}

/// <summary>Size and checksum of a log.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Checksum"><c>crc32:</c> and eight lower-case hex digits.</param>
public readonly record struct TraceDigest(long Size, string Checksum);
