using Gantry.Engine.Links;

namespace Gantry.Runner.Transfers;

/// <summary>Flags of <c>cache-archiver</c> (official-cli-config §1.4.3).</summary>
public sealed record CacheArchiveRequest
{
    /// <summary>The archive to write; relative to the working folder.</summary>
    public required string File { get; init; }

    /// <summary>An older name of the same archive; empty for none.</summary>
    public string AlternateFile { get; init; } = "";

    public IReadOnlyList<string> Paths { get; init; } = [];
    public IReadOnlyList<string> Exclude { get; init; } = [];
    public bool Untracked { get; init; }

    /// <summary>Null: the archive stays on this machine.</summary>
    public CacheAddress? Remote { get; init; }

    /// <summary>As people read it; empty: the archive's name is shown.</summary>
    public string Key { get; init; } = "";

    /// <summary>A JSON object, kept beside the archive.</summary>
    public string Metadata { get; init; } = "";

    /// <summary>Threads that compress; 0: one per processor.</summary>
    public int Workers { get; init; }

    public string CompressionFormat { get; init; } = "";
    public string CompressionLevel { get; init; } = "";

    /// <summary>Metadata that holds a key.</summary>
    public static string MetadataOf(string key) => CacheMetadata.Text(new Dictionary<string, string> { ["cachekey"] = key });

    /// <summary>The key in such a JSON object; empty when there is none.</summary>
    public static string KeyOf(string metadata) => CacheMetadata.Parse(metadata).GetValueOrDefault("cachekey") ?? "";
}
