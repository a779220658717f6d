namespace Gantry.Engine.Archives;

/// <summary>One thing to archive, or one thing found in an archive, as <c>lstat</c> tells it: links are never followed.</summary>
public sealed record FileEntry
{
    /// <summary>
    /// Relative to the working directory, forward slashes, no <c>.</c> or <c>..</c>, no trailing slash; <c>.</c> alone is the
    /// working directory itself. Bytes that are not UTF-8 are carried as lone surrogates U+DC80…U+DCFF.
    /// </summary>
    public required string Path { get; init; }

    public required FileKind Kind { get; init; }

    /// <summary>Permission bits with set-id and sticky: at most octal 7777.</summary>
    public int Mode { get; init; }

    /// <summary>Bytes of a regular file at the time it was looked at; 0 for everything else.</summary>
    public long Size { get; init; }

    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Null where the system has no numeric owners.</summary>
    public FileOwner? Owner { get; init; }
}
