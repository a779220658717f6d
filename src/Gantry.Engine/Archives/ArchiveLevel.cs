namespace Gantry.Engine.Archives;

/// <summary><c>ARTIFACT_COMPRESSION_LEVEL</c> and <c>CACHE_COMPRESSION_LEVEL</c>.</summary>
public enum ArchiveLevel
{
    /// <summary>zip: stored; zstd 1.</summary>
    Fastest,

    /// <summary>zip: deflate 1; zstd 1.</summary>
    Fast,

    /// <summary>zip: deflate 5; zstd 3.</summary>
    Default,

    /// <summary>zip: deflate 7; zstd 7.</summary>
    Slow,

    /// <summary>zip: deflate 9; zstd 11.</summary>
    Slowest,
}
