using System.IO.Pipelines;
using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RunnerApi;
using Gantry.Coordinator.Store;
using Gantry.Engine.Links;
using Gantry.Protocol.Jobs;
using ArtifactUpload = Gantry.Engine.Links.ArtifactUpload;
using ReceivedUpload = Gantry.Coordinator.Artifacts.ArtifactUpload;

namespace Gantry.Coordinator.Local;

/// <summary>One job's line to the coordinator in the same process: what the runner API does, without HTTP.</summary>
internal sealed class LocalJobLink(CoordinatorServices services, long jobId) : IJobLink
{
    // Somebody looks on: there is no network to spare.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly JobReports _reports = new(services);

    public async Task<UpdateAnswer> UpdateAsync(JobUpdate update, CancellationToken cancellationToken)
    {
        var state = update.State switch
        {
            JobUpdateState.Running => "running",
            JobUpdateState.Success => "success",
            _ => "failed",
        };
        var job = await _reports.TakeAsync(jobId, new UpdateJobRequest
        {
            State = state,
            FailureReason = update.FailureReason?.Wire is { Length: > 0 } reason ? reason : null,
            ExitCode = update.ExitCode == 0 ? null : update.ExitCode,
            Checksum = update.Checksum,
            Output = new JobOutputState { Checksum = update.Checksum, Bytesize = update.ByteSize },
        });
        var over = job is null || (state == "running" && job.Status is CiStatus.Canceled or CiStatus.Failed);
        return new UpdateAnswer(over ? UpdateResult.Abort : UpdateResult.Succeeded, job?.Status == CiStatus.Canceling, Interval);
    }

    public async Task<PatchAnswer> PatchTraceAsync(TracePatch patch, CancellationToken cancellationToken)
    {
        var job = await services.Database.ReadAsync(session => session.Jobs.Find(jobId), cancellationToken);
        if (job is null || !CiStatus.IsExecuting(job.Status))
        {
            return new PatchAnswer(PatchResult.Abort, patch.Offset, CancelRequested: false, Interval);
        }

        var appended = await services.Traces.AppendAsync(jobId, patch.Offset, patch.Content, cancellationToken);
        return new PatchAnswer(
            appended.Taken ? PatchResult.Succeeded : PatchResult.RangeMismatch, appended.Size, job.Status == CiStatus.Canceling, Interval);
    }

    public async Task<ArtifactUploadAnswer> UploadArtifactAsync(ArtifactUpload upload, CancellationToken cancellationToken)
    {
        var job = await services.Database.ReadAsync(session => session.Jobs.Find(jobId), cancellationToken);
        if (job is null || !CiStatus.IsExecuting(job.Status))
        {
            return new ArtifactUploadAnswer(UploadResult.Forbidden, "403 Forbidden", "");
        }

        try
        {
            var received = await ReceiveAsync(upload, cancellationToken);
            var fields = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["artifact_type"] = upload.Type ?? "",
                ["artifact_format"] = upload.Format ?? "",
                ["expire_in"] = upload.ExpireIn ?? "",
            };
            await new ArtifactIntake(services).KeepAsync(job, ArtifactForm.Of(Path.GetFileName(upload.FileName), received, fields), cancellationToken);
            return new ArtifactUploadAnswer(UploadResult.Succeeded, "201 Created", "");
        }
        catch (ArtifactTooLargeException)
        {
            return new ArtifactUploadAnswer(UploadResult.TooLarge, "413 Request Entity Too Large", "");
        }
        catch (ApiException refused)
        {
            return new ArtifactUploadAnswer(UploadResult.Failed, refused.Message, "");
        }
    }

    public async Task<ArtifactDownloadAnswer> DownloadArtifactAsync(ArtifactDownload download, CancellationToken cancellationToken)
    {
        var archive = await services.Database.ReadAsync(session => session.Artifacts.Find(download.JobId, "archive"), cancellationToken);
        if (archive is null || services.Artifacts.OpenRead(archive) is not { } file)
        {
            return new ArtifactDownloadAnswer(DownloadResult.NotFound, "404 Not Found", "");
        }

        await using (file)
        {
            await download.ReadAsync(file, cancellationToken);
        }

        return new ArtifactDownloadAnswer(DownloadResult.Succeeded, "200 OK", "");
    }

    private async Task<ReceivedUpload> ReceiveAsync(ArtifactUpload upload, CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        var writing = WriteAsync(upload, pipe.Writer, cancellationToken);
        try
        {
            var received = await services.Artifacts.ReceiveAsync(pipe.Reader.AsStream(), services.Settings.ArtifactLimit, cancellationToken);
            await writing;
            return received;
        }
        finally
        {
            // A writer that still writes learns that nobody reads.
            await pipe.Reader.CompleteAsync();
        }
    }

    private static async Task WriteAsync(ArtifactUpload upload, PipeWriter writer, CancellationToken cancellationToken)
    {
        Exception? failed = null;
        try
        {
            await upload.WriteAsync(writer.AsStream(leaveOpen: true), cancellationToken);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            failed = error;
            throw;
        }
        finally
        {
            await writer.CompleteAsync(failed);
        }
    }
}
