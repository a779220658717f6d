namespace Gantry.Engine.Archives;

/// <summary>What <see cref="ArchiveWriter"/> is to write.</summary>
public sealed record ArchiveRequest
{
    /// <summary>Absolute. Entries are read below it; links in them are not followed.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>From <see cref="FileSelection"/>. Their order does not matter: archives are sorted by path.</summary>
    public required IReadOnlyList<FileEntry> Entries { get; init; }

    public required ArchiveFormat Format { get; init; }

    public ArchiveLevel Level { get; init; } = ArchiveLevel.Default;

    /// <summary>How many threads compress; 0 is one per processor. (<c>FASTZIP_ARCHIVER_CONCURRENCY</c>)</summary>
    public int Workers { get; init; }

    /// <summary>Takes <c>File ignored: …</c> and the warnings about <c>.git</c>. Called from one thread at a time.</summary>
    public required Action<ArchiveNotice> Report { get; init; }
}
