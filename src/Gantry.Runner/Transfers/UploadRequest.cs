namespace Gantry.Runner.Transfers;

/// <summary>Flags of <c>artifacts-uploader</c> (official-cli-config §1.4.1).</summary>
public sealed record UploadRequest
{
    public IReadOnlyList<string> Paths { get; init; } = [];
    public IReadOnlyList<string> Exclude { get; init; } = [];
    public bool Untracked { get; init; }
    public string Name { get; init; } = "artifacts";
    public string ExpireIn { get; init; } = "";
    public string Format { get; init; } = "";
    public string Type { get; init; } = "";

    /// <summary>A document about origin and checksums is added to the archive; null: none. For use inside the job's own place only.</summary>
    public ProvenanceRequest? Provenance { get; init; }

    /// <summary>Threads that compress; 0: one per processor.</summary>
    public int Workers { get; init; }

    public string CompressionLevel { get; init; } = "";

    /// <summary>For each attempt as a whole.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>From the last byte of the body to the answer.</summary>
    public TimeSpan ResponseHeaderTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
