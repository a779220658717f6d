using Gantry.Engine.Links;

namespace Gantry.Benchmarks.Jobs;

/// <summary>A coordinator in the same process that agrees with everything at once.</summary>
internal sealed class QuietLink : IJobLink
{
    private long _received;

    public Task<UpdateAnswer> UpdateAsync(JobUpdate update, CancellationToken cancellationToken) =>
        Task.FromResult(new UpdateAnswer(UpdateResult.Succeeded, CancelRequested: false, Interval: null));

    public Task<PatchAnswer> PatchTraceAsync(TracePatch patch, CancellationToken cancellationToken)
    {
        _received = patch.Offset + patch.Content.Length;
        return Task.FromResult(new PatchAnswer(PatchResult.Succeeded, _received, CancelRequested: false, Interval: null));
    }

    public Task<ArtifactUploadAnswer> UploadArtifactAsync(ArtifactUpload upload, CancellationToken cancellationToken) =>
        Task.FromResult(new ArtifactUploadAnswer(UploadResult.Succeeded, "201 Created", ""));

    public Task<ArtifactDownloadAnswer> DownloadArtifactAsync(ArtifactDownload download, CancellationToken cancellationToken) =>
        Task.FromResult(new ArtifactDownloadAnswer(DownloadResult.NotFound, "404 Not Found", ""));
}
