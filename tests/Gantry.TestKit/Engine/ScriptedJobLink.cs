using System.Text;
using Gantry.Engine.Links;

namespace Gantry.TestKit.Engine;

/// <summary>
/// A server side of one job, steered by lists of answers: each call takes the next one; when a list is used up, the
/// call succeeds. Keeps every call.
/// </summary>
public sealed class ScriptedJobLink : IJobLink
{
    private readonly Lock _gate = new();
    private byte[] _trace = [];
    private readonly List<JobUpdate> _updates = [];
    private readonly List<(long Offset, string Content, bool DebugTrace)> _patches = [];
    private readonly List<(ArtifactUpload Upload, byte[] Body)> _uploads = [];
    private readonly List<ArtifactDownload> _downloads = [];

    /// <summary>Answers of <see cref="UpdateAsync"/> in order.</summary>
    public Queue<UpdateAnswer> UpdateAnswers { get; } = new();

    /// <summary>Answers of <see cref="PatchTraceAsync"/> in order; null stands for success.</summary>
    public Queue<PatchAnswer?> PatchAnswers { get; } = new();

    /// <summary>Answers of <see cref="UploadArtifactAsync"/> in order.</summary>
    public Queue<ArtifactUploadAnswer> UploadAnswers { get; } = new();

    /// <summary>Answers of <see cref="DownloadArtifactAsync"/> in order, with the body of a success.</summary>
    public Queue<(ArtifactDownloadAnswer Answer, byte[] Body)> DownloadAnswers { get; } = new();

    /// <summary>Told about each patch before it is answered; for tests that act at that moment.</summary>
    public Func<TracePatch, Task>? OnPatch { get; set; }

    /// <summary>Told about each update before it is answered.</summary>
    public Func<JobUpdate, Task>? OnUpdate { get; set; }

    public IReadOnlyList<JobUpdate> Updates => Copy(_updates);

    public IReadOnlyList<(long Offset, string Content, bool DebugTrace)> Patches => Copy(_patches);

    public IReadOnlyList<(ArtifactUpload Upload, byte[] Body)> Uploads => Copy(_uploads);

    public IReadOnlyList<ArtifactDownload> Downloads => Copy(_downloads);

    /// <summary>The log as the successful patches made it.</summary>
    public string Trace
    {
        get
        {
            lock (_gate)
            {
                return Encoding.UTF8.GetString(_trace);
            }
        }
    }

    public async Task<UpdateAnswer> UpdateAsync(JobUpdate update, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OnUpdate is { } told)
        {
            await told(update);
        }

        lock (_gate)
        {
            _updates.Add(update);
            return UpdateAnswers.TryDequeue(out var answer) ? answer : new UpdateAnswer(UpdateResult.Succeeded, false, null);
        }
    }

    public async Task<PatchAnswer> PatchTraceAsync(TracePatch patch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OnPatch is { } told)
        {
            await told(patch);
        }

        lock (_gate)
        {
            _patches.Add((patch.Offset, Encoding.UTF8.GetString(patch.Content.Span), patch.DebugTrace));
            var answer = PatchAnswers.TryDequeue(out var scripted) && scripted is { } given
                ? given
                : new PatchAnswer(PatchResult.Succeeded, patch.Offset + patch.Content.Length, false, null);
            if (answer.Result == PatchResult.Succeeded)
            {
                // What was sent before stays, the patch replaces from its offset on; a gap shows as zeros.
                Array.Resize(ref _trace, (int)patch.Offset);
                _trace = [.. _trace, .. patch.Content.Span];
            }

            return answer;
        }
    }

    public async Task<ArtifactUploadAnswer> UploadArtifactAsync(ArtifactUpload upload, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await upload.WriteAsync(body, cancellationToken);
        lock (_gate)
        {
            _uploads.Add((upload, body.ToArray()));
            return UploadAnswers.TryDequeue(out var answer)
                ? answer
                : new ArtifactUploadAnswer(UploadResult.Succeeded, "201 Created", "0123456789abcdef0123456789abcdef");
        }
    }

    public async Task<ArtifactDownloadAnswer> DownloadArtifactAsync(ArtifactDownload download, CancellationToken cancellationToken)
    {
        (ArtifactDownloadAnswer Answer, byte[] Body) scripted;
        lock (_gate)
        {
            _downloads.Add(download);
            scripted = DownloadAnswers.TryDequeue(out var next)
                ? next
                : (new ArtifactDownloadAnswer(DownloadResult.NotFound, "404 Not Found", "0123456789abcdef0123456789abcdef"), []);
        }

        if (scripted.Answer.Result == DownloadResult.Succeeded)
        {
            await download.ReadAsync(new MemoryStream(scripted.Body), cancellationToken);
        }

        return scripted.Answer;
    }

    private IReadOnlyList<T> Copy<T>(List<T> list)
    {
        lock (_gate)
        {
            return [.. list];
        }
    }
}
