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
    private readonly string? _wholePath;
    private FileStream? _whole;
    private long? _limit;
    private long _size;
    private bool _endsLine = true;
    private bool _full;
    private bool _sealed;

    /// <summary>What comes is compared with what is stored from here on; null: it is new.</summary>
    private long? _again;

    private TraceSpool(FileStream file, TraceSpoolSettings settings)
    {
        _file = file;
        _limit = settings.LimitBytes;
        _tail = settings.TailBytes > 0 ? new TailBuffer(settings.TailBytes) : null;
        _wholePath = settings.WholePath;
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
    public static TraceSpool Open(string path, long? limitBytes, int tailBytes = 0) =>
        OpenWith(path, new TraceSpoolSettings(limitBytes, tailBytes, WholePath: null));

    /// <inheritdoc cref="Open(string, long?, int)"/>
    public static TraceSpool OpenWith(string path, TraceSpoolSettings settings)
    {
        var spool = new TraceSpool(OpenPrivate(path), settings);
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
            if (_again is not null)
            {
                bytes = NewPart(bytes);
            }

            if (_sealed || bytes.IsEmpty)
            {
                return;
            }

            if (_full)
            {
                Drop(bytes);
                return;
            }

            if (_limit is { } limit && bytes.Length >= limit - _size)
            {
                _full = true;
                var kept = CharacterBoundary(bytes, (int)Math.Max(0, limit - _size));
                Store(bytes[..kept]);
                BeginWhole();
                Store(Notice(limit));
                Drop(bytes[kept..]);
                return;
            }

            Store(bytes);
        }
    }

    /// <summary>
    /// What is stored behind <paramref name="from"/> will be written again: it is stored once. As soon as something else comes, that and
    /// all after it is new, on a line of its own.
    /// </summary>
    public void ExpectAgain(long from)
    {
        lock (_gate)
        {
            _again = from < _size ? from : null;
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
                var where = _whole is null ? "" : $" (all of it is in {_wholePath} on the runner's machine)";
                Store(Encoding.UTF8.GetBytes($"{Ansi.BoldYellow}The last lines of the job's output{where}:{Ansi.Reset}\n"));
                Store(tail.LastLines());
            }
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _whole?.Dispose();
    }

    /// <summary>Changes the limit for what comes.</summary>
    internal void LimitTo(long bytes)
    {
        lock (_gate)
        {
            _limit = bytes;
        }
    }

    private static FileStream OpenPrivate(string path)
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

        return new FileStream(path, options);
    }

    private ReadOnlySpan<byte> NewPart(ReadOnlySpan<byte> bytes)
    {
        var stored = new byte[(int)Math.Min(bytes.Length, _size - _again!.Value)];
        var read = RandomAccess.Read(_file.SafeFileHandle, stored, _again.Value);
        var same = bytes.CommonPrefixLength(stored.AsSpan(0, read));
        _again += same;
        if (same == bytes.Length && _again < _size)
        {
            return [];
        }

        if (_again < _size && !_endsLine)
        {
            Store("\n"u8);
        }

        _again = null;
        return bytes[same..];
    }

    private void Drop(ReadOnlySpan<byte> bytes)
    {
        _tail?.Append(bytes);
        WriteWhole(bytes);
    }

    /// <summary>From now on the whole log goes to a file of its own, which begins with what is stored.</summary>
    private void BeginWhole()
    {
        if (_wholePath is null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_wholePath)!);
            File.Delete(_wholePath);
            _whole = OpenPrivate(_wholePath);
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            // A help for people only; the job goes on without it.
            return;
        }

        var buffer = new byte[64 * 1024];
        int read;
        for (long at = 0; at < _size && (read = RandomAccess.Read(_file.SafeFileHandle, buffer, at)) > 0; at += read)
        {
            WriteWhole(buffer.AsSpan(0, read));
        }
    }

    private void WriteWhole(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _whole?.Write(bytes);
        }
        catch (IOException)
        {
            _whole?.Dispose();
            _whole = null;
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
        if (_full && _wholePath is not null && File.Exists(_wholePath))
        {
            _whole = OpenPrivate(_wholePath);
            _whole.Seek(0, SeekOrigin.End);
        }
    }
}

/// <summary>How much of a log is kept for the server.</summary>
/// <param name="LimitBytes">Bytes of output; null for no limit. The notice comes on top of it.</param>
/// <param name="TailBytes">How much of the dropped output's end is appended at the end; 0 for the official behaviour.</param>
/// <param name="WholePath">Where all of a log goes that reaches the limit; null: nowhere.</param>
public sealed record TraceSpoolSettings(long? LimitBytes, int TailBytes, string? WholePath);

/// <summary>Size and checksum of a log.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Checksum"><c>crc32:</c> and eight lower-case hex digits.</param>
public readonly record struct TraceDigest(long Size, string Checksum);
