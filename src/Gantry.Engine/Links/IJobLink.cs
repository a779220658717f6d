namespace Gantry.Engine.Links;

/// <summary>
/// One job's line to the server that handed it out: GitLab over HTTP, or a coordinator in the same process. The link
/// knows the job's id and token, and retries by itself what §1.4 retries; it never throws for what a server or network
/// does, it answers <c>Failed</c>.
/// <para>Threading: calls may overlap.</para>
/// </summary>
public interface IJobLink
{
    /// <summary><c>PUT jobs/:id</c> (official-job-protocol §1.13).</summary>
    Task<UpdateAnswer> UpdateAsync(JobUpdate update, CancellationToken cancellationToken);

    /// <summary><c>PATCH jobs/:id/trace</c> (§1.14).</summary>
    Task<PatchAnswer> PatchTraceAsync(TracePatch patch, CancellationToken cancellationToken);

    /// <summary><c>POST jobs/:id/artifacts</c> (§1.15). One attempt; the caller retries and rebuilds the body.</summary>
    Task<ArtifactUploadAnswer> UploadArtifactAsync(ArtifactUpload upload, CancellationToken cancellationToken);

    /// <summary><c>GET jobs/:dependency/artifacts</c> (§1.16). One attempt.</summary>
    Task<ArtifactDownloadAnswer> DownloadArtifactAsync(ArtifactDownload download, CancellationToken cancellationToken);
}
