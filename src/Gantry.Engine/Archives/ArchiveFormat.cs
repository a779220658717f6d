namespace Gantry.Engine.Archives;

/// <summary>The containers of artifacts and caches (official-job-protocol §7.2).</summary>
public enum ArchiveFormat
{
    /// <summary>Deflate; what an empty format means.</summary>
    Zip,

    /// <summary>The layout of zip with zstd content (method 93).</summary>
    ZipZstd,

    /// <summary>A tar stream inside zstd.</summary>
    TarZstd,

    /// <summary>One gzip member per file, one behind the other: for reports. Regular files only.</summary>
    Gzip,

    /// <summary>The bytes of exactly one file.</summary>
    Raw,
}
