using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Json;
using Gantry.Protocol.Runners;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Links;

/// <summary>
/// One job's line to GitLab over HTTP (official-job-protocol §1.13–§1.16). State and trace go through the runner's own
/// connections; the job token is only a header and a body value.
/// </summary>
/// <param name="client">The runner's client, or one made for the job token by a helper command.</param>
/// <param name="jobId">The job's number.</param>
/// <param name="jobToken">Its token.</param>
/// <param name="identity">Complete, as every update carries it.</param>
/// <param name="logger">For the official result lines.</param>
public sealed class GitLabJobLink(GitLabClient client, long jobId, Secret jobToken, RunnerIdentity identity, ILogger logger) : IJobLink
{
    public async Task<UpdateAnswer> UpdateAsync(JobUpdate update, CancellationToken cancellationToken)
    {
        var request = new UpdateJobRequest
        {
            Info = identity,
            Token = jobToken.Reveal(),
            State = WireState(update.State),
            FailureReason = update.FailureReason?.Wire is { Length: > 0 } reason ? reason : null,
            Checksum = update.Checksum,
            Output = new JobOutputState { Checksum = update.Checksum, Bytesize = update.ByteSize == 0 ? null : update.ByteSize },
            ExitCode = update.ExitCode == 0 ? null : update.ExitCode,
        };
        var answer = await client.Connection.SendAsync(
            new GitLabCall
            {
                Method = HttpMethod.Put,
                Path = $"jobs/{jobId}",
                Endpoint = "update_job",
                TokenHeader = ProtocolHeaders.JobToken,
                Token = jobToken,
                Body = GitLabCall.Bytes(JsonSerializer.SerializeToUtf8Bytes(request, ProtocolJson.Default.UpdateJobRequest), "application/json"),
            },
            cancellationToken);
        var status = answer.Header(ProtocolHeaders.JobStatus) ?? "";
        var result = Judge(answer.Status, status);
        LogUpdate(result, answer, status);
        return new UpdateAnswer(result, CancelRequested(status), Interval(answer));
    }

    public async Task<PatchAnswer> PatchTraceAsync(TracePatch patch, CancellationToken cancellationToken)
    {
        var end = patch.Offset + patch.Content.Length;
        if (patch.Content.IsEmpty)
        {
            using var fields = LogFields.With(logger, ("job", jobId), ("runner", client.ShortToken));
            ClientLog.Done(logger, "Appending trace to coordinator...", "skipped due to empty patch");
            return new PatchAnswer(PatchResult.Succeeded, end, CancelRequested: false, Interval: null);
        }

        var range = string.Create(CultureInfo.InvariantCulture, $"{patch.Offset}-{end - 1}");
        var answer = await client.Connection.SendAsync(
            new GitLabCall
            {
                Method = HttpMethod.Patch,
                Path = $"jobs/{jobId}/trace?debug_trace={(patch.DebugTrace ? "true" : "false")}",
                Endpoint = "patch_trace",
                TokenHeader = ProtocolHeaders.JobToken,
                Token = jobToken,
                Body = () =>
                {
                    var content = GitLabCall.Bytes(patch.Content, "text/plain")();
                    content.Headers.TryAddWithoutValidation("Content-Range", range);
                    return content;
                },
            },
            cancellationToken);
        var status = answer.Header(ProtocolHeaders.JobStatus) ?? "";
        var (result, next) = JudgePatch(answer, status, patch.Offset, end);
        LogPatch(result, answer, status, range);
        return new PatchAnswer(result, next, CancelRequested(status), Interval(answer));
    }

    public async Task<ArtifactUploadAnswer> UploadArtifactAsync(ArtifactUpload upload, CancellationToken cancellationToken)
    {
        var answer = await client.Connection.SendAsync(
            new GitLabCall
            {
                Method = HttpMethod.Post,
                Path = $"jobs/{jobId}/artifacts{UploadQuery(upload)}",
                TokenHeader = ProtocolHeaders.JobToken,
                Token = jobToken,
                Body = () => Form(upload),
            },
            cancellationToken);
        var result = answer.Status switch
        {
            201 => UploadResult.Succeeded,
            403 => UploadResult.Forbidden,
            413 => UploadResult.TooLarge,
            503 => UploadResult.ServiceUnavailable,
            _ => UploadResult.Failed,
        };
        return new ArtifactUploadAnswer(result, answer.StatusText, answer.CorrelationId);
    }

    public async Task<ArtifactDownloadAnswer> DownloadArtifactAsync(ArtifactDownload download, CancellationToken cancellationToken)
    {
        var call = new GitLabCall
        {
            Method = HttpMethod.Get,
            Path = $"jobs/{download.JobId}/artifacts",
            TokenHeader = ProtocolHeaders.JobToken,
            Token = download.Token,
            ReadBody = download.ReadAsync,
        };
        var answer = download.DirectDownload
            ? await client.Connection.SendAsync(
                call with { Path = call.Path + "?direct_download=true", FollowsRedirects = false, Retries = false }, cancellationToken)
            : await client.Connection.SendAsync(call, cancellationToken);
        if (download.DirectDownload && answer is { Status: 302 or 307, Location: not null })
        {
            // The probe only finds out that there is a redirect; the same address is then read in the ordinary way.
            answer = await client.Connection.SendAsync(call with { Path = call.Path + "?direct_download=true" }, cancellationToken);
        }

        var result = answer.Status switch
        {
            200 => DownloadResult.Succeeded,
            403 => DownloadResult.Forbidden,
            401 => DownloadResult.Unauthorized,
            404 => DownloadResult.NotFound,
            _ => DownloadResult.Failed,
        };
        return new ArtifactDownloadAnswer(result, answer.StatusText, answer.CorrelationId);
    }

    /// <summary>First match wins (§1.13).</summary>
    internal static UpdateResult Judge(int status, string jobStatus) => status switch
    {
        _ when Ended(jobStatus) => UpdateResult.Abort,
        403 => UpdateResult.Abort,
        200 => UpdateResult.Succeeded,
        202 => UpdateResult.AcceptedNotCompleted,
        412 => UpdateResult.LogRejected,
        404 or GitLabAnswer.NoClient => UpdateResult.Abort,
        _ => UpdateResult.Failed,
    };

    private static (PatchResult Result, long Next) JudgePatch(GitLabAnswer answer, string jobStatus, long offset, long end) => answer.Status switch
    {
        _ when Ended(jobStatus) => (PatchResult.Abort, offset),
        403 => (PatchResult.Abort, offset),
        202 => (PatchResult.Succeeded, end),
        404 => (PatchResult.NotFound, offset),
        416 => (PatchResult.RangeMismatch, ServerSize(answer.Header("Range"))),
        _ => (PatchResult.Failed, offset),
    };

    /// <summary><c>0-n</c>: n is the size, so the next offset. Anything else begins anew.</summary>
    internal static long ServerSize(string? range) =>
        range?.Split('-') is [_, var size] && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var next) ? next : 0;

    /// <summary>Null when the header is absent, not a number or not positive (§1.13).</summary>
    private static TimeSpan? Interval(GitLabAnswer answer) => IntervalSeconds(answer.Header(ProtocolHeaders.TraceUpdateInterval)) is > 0 and var seconds
        ? TimeSpan.FromSeconds(seconds)
        : null;

    internal static int IntervalSeconds(string? header) =>
        int.TryParse(header, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    private static bool Ended(string jobStatus) => jobStatus is "canceled" or "failed";

    private static bool CancelRequested(string jobStatus) => jobStatus == "canceling";

    private static string WireState(JobUpdateState state) => state switch
    {
        JobUpdateState.Running => "running",
        JobUpdateState.Success => "success",
        _ => "failed",
    };

    private static string UploadQuery(ArtifactUpload upload)
    {
        var query = new StringBuilder();
        Add("artifact_format", upload.Format);
        Add("artifact_type", upload.Type);
        Add("expire_in", upload.ExpireIn);
        return query.ToString();

        void Add(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(key).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }

    private static MultipartFormDataContent Form(ArtifactUpload upload)
    {
        var file = new StreamedContent(upload.WriteAsync);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        // As Go writes it: quoted names, and no second, encoded file name.
        var name = Path.GetFileName(upload.FileName).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        file.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename=\"{name}\"");
        return new MultipartFormDataContent { file };
    }

    private void LogUpdate(UpdateResult result, GitLabAnswer answer, string jobStatus)
    {
        const string Prefix = "Submitting job to coordinator...";
        using var job = LogFields.With(logger, ("job", jobId), ("job-status", jobStatus), ("code", answer.Status));
        using var fields = ClientLog.Fields(logger, client.ShortToken, answer, failed: result is UpdateResult.Abort or UpdateResult.Failed);
        switch (result)
        {
            case UpdateResult.Succeeded:
                ClientLog.Done(logger, Prefix, "ok");
                break;
            case UpdateResult.AcceptedNotCompleted:
                ClientLog.Done(logger, Prefix, "accepted, but not yet completed");
                break;
            case UpdateResult.LogRejected:
                ClientLog.Done(logger, Prefix, "trace validation failed");
                break;
            case UpdateResult.Abort when !Ended(jobStatus) && answer.Status != 404:
                ClientLog.Failed(logger, Prefix, answer.Status == 403 ? " forbidden" : " client error");
                break;
            default:
                ClientLog.Doubtful(logger, Prefix, Ended(jobStatus) ? " job failed" : answer.Status == 404 ? " not found" : " failed");
                break;
        }
    }

    private void LogPatch(PatchResult result, GitLabAnswer answer, string jobStatus, string range)
    {
        const string Prefix = "Appending trace to coordinator...";
        using var job = LogFields.With(
            logger, ("job", jobId), ("job-status", jobStatus), ("code", answer.Status), ("sent-log", range),
            ("job-log", answer.Header("Range")));
        using var fields = ClientLog.Fields(logger, client.ShortToken, answer, failed: result != PatchResult.Succeeded);
        switch (result)
        {
            case PatchResult.Succeeded:
                ClientLog.Done(logger, Prefix, "ok");
                break;
            case PatchResult.Failed when answer.Status == GitLabAnswer.NoClient:
                ClientLog.Failed(logger, Prefix, " client error");
                break;
            default:
                ClientLog.Doubtful(logger, Prefix, result switch
                {
                    PatchResult.Abort => " job failed",
                    PatchResult.NotFound => " not-found",
                    PatchResult.RangeMismatch => " range mismatch",
                    _ => " failed",
                });
                break;
        }
    }
}
