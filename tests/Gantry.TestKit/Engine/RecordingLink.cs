using System.Text;
using Gantry.Engine.Links;

namespace Gantry.TestKit.Engine;

/// <summary>A server that accepts everything and remembers it. Answers can be replaced per call.</summary>
public sealed class RecordingLink : IJobLink
{
    private readonly List<JobUpdate> _updates = [];
    private byte[] _trace = [];
    private readonly Lock _gate = new();

    public IReadOnlyList<JobUpdate> Updates => _updates;

    /// <summary>The log as the server has it.</summary>
    public string Trace => Encoding.UTF8.GetString(_trace);

    /// <summary>The answer to an update; gets the update and how many came before it.</summary>
    public Func<JobUpdate, int, UpdateAnswer> OnUpdate { get; set; } = (_, _) => new(UpdateResult.Succeeded, false, null);

    /// <summary>Sets <c>Job-Status: canceling</c> on answers to patches.</summary>
    public bool CancelOnPatch { get; set; }

    /// <summary>Answers patches as if the job had been taken away.</summary>
    public bool AbortOnPatch { get; set; }

    public Task<UpdateAnswer> UpdateAsync(JobUpdate update, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _updates.Add(update);
            return Task.FromResult(OnUpdate(update, _updates.Count - 1));
        }
    }

    public Task<PatchAnswer> PatchTraceAsync(TracePatch patch, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (AbortOnPatch)
            {
                return Task.FromResult(new PatchAnswer(PatchResult.Abort, patch.Offset, false, null));
            }

            _trace = [.. _trace.AsSpan(0, (int)patch.Offset), .. patch.Content.Span];
            return Task.FromResult(new PatchAnswer(PatchResult.Succeeded, patch.Offset + patch.Content.Length, CancelOnPatch, null));
        }
    }

    public Task<ArtifactUploadAnswer> UploadArtifactAsync(ArtifactUpload upload, CancellationToken cancellationToken) =>
        Task.FromResult(new ArtifactUploadAnswer(UploadResult.Succeeded, "201 Created", "test"));

    public Task<ArtifactDownloadAnswer> DownloadArtifactAsync(ArtifactDownload download, CancellationToken cancellationToken) =>
        Task.FromResult(new ArtifactDownloadAnswer(DownloadResult.NotFound, "404 Not Found", "test"));
}
