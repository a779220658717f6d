namespace Gantry.Coordinator.Store;

/// <summary>One uploaded file of a job.</summary>
internal sealed record JobArtifactRow
{
    public required long Id { get; init; }
    public required long JobId { get; init; }
    public required long ProjectId { get; init; }

    /// <summary><c>archive</c>, <c>junit</c>, <c>dotenv</c>, … (official-job-protocol §7.3).</summary>
    public required string Type { get; init; }

    /// <summary><c>zip</c>, <c>gzip</c> or <c>raw</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The name the runner gave; for downloads, never for paths on disk.</summary>
    public required string FileName { get; init; }

    public required long Size { get; init; }

    /// <summary>Hex.</summary>
    public required string Sha256 { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null when kept for good.</summary>
    public DateTimeOffset? ExpireAt { get; init; }
}
