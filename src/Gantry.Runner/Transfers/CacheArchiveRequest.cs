namespace Gantry.Runner.Transfers;

/// <summary>Flags of <c>cache-archiver</c> for a local cache (official-cli-config §1.4.3).</summary>
public sealed record CacheArchiveRequest
{
    /// <summary>The archive to write; relative to the working folder.</summary>
    public required string File { get; init; }

    /// <summary>An older name of the same archive; empty for none.</summary>
    public string AlternateFile { get; init; } = "";

    public IReadOnlyList<string> Paths { get; init; } = [];
    public IReadOnlyList<string> Exclude { get; init; } = [];
    public bool Untracked { get; init; }
    public string CompressionFormat { get; init; } = "";
    public string CompressionLevel { get; init; } = "";
}
