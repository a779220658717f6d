namespace Gantry.Engine.Archives;

/// <summary>What <see cref="ArchiveExtractor"/> is to unpack, and what it may do.</summary>
public sealed record ExtractionRequest
{
    /// <summary>A zip or tar.zst file; which one, its first bytes tell.</summary>
    public required string ArchivePath { get; init; }

    /// <summary>Absolute, exists. Links in the path itself are followed, links inside never.</summary>
    public required string TargetDirectory { get; init; }

    /// <summary>Takes notices, one at a time.</summary>
    public required Action<ArchiveNotice> Report { get; init; }

    /// <summary>
    /// False refuses an archive with a link to somewhere outside the target: for extraction on behalf of a job by a process
    /// that can do more than the job. True keeps such links as they are, as the official runner does (a Python venv has
    /// one): for extraction inside the job's own place. Either way nothing is extracted <em>through</em> a link.
    /// </summary>
    public bool LinksMayLeave { get; init; }

    /// <summary>Give files the numeric owners of the archive, as far as the system allows.</summary>
    public bool RestoreOwners { get; init; }

    /// <summary>More entries are refused. Null: no limit.</summary>
    public long? MaxEntries { get; init; }

    /// <summary>More bytes of content, unpacked, are refused. Null: no limit.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>How many threads unpack a zip; 0 is one per processor. (<c>FASTZIP_EXTRACTOR_CONCURRENCY</c>)</summary>
    public int Workers { get; init; }
}
