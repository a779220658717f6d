using System.Globalization;
using Gantry.Engine.Archives;
using Gantry.Engine.Links;

namespace Gantry.Runner.Transfers;

/// <summary>
/// <c>artifacts-uploader</c>: selects files, archives them straight into the request body, and repeats what may be
/// repeated; the archive is built anew for every attempt (official-job-protocol §7.2).
/// </summary>
public sealed class ArtifactsUploader(TransferTools tools, TransferJob job)
{
    private const int Tries = 3;
    private const int TriesWhenUnavailable = 6;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Nothing to upload is no failure.</summary>
    /// <exception cref="TransferException">The server refused, or the files cannot be archived in the format.</exception>
    public async Task RunAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        var format = ArchiveNames.ParseFormat(request.Format)
            ?? throw new TransferException($"unsupported archive format: {request.Format}");
        var level = ArchiveNames.ParseLevel(request.CompressionLevel, Report);
        var entries = await SelectAsync(request, cancellationToken);
        if (entries.Count == 0)
        {
            TransferLog.Error(tools.Logger, "No files to upload");
            return;
        }

        var given = ShellExpansion.Expand(request.Name, "artifact name", tools.Environment, Report);
        var name = ArchiveNames.FileName(given, format);
        if (request.Provenance is { } provenance)
        {
            entries = await WithProvenanceAsync(entries, ArchiveNames.FileName(given, ArchiveFormat.Raw), provenance, cancellationToken);
        }

        var archive = new ArchiveRequest
        {
            WorkingDirectory = tools.WorkingFolder,
            Entries = entries,
            Format = format,
            Level = level,
            Workers = request.Workers,
            Report = Report,
        };
        await UploadAsync(request, name, archive, cancellationToken);
    }

    private async Task<IReadOnlyList<FileEntry>> WithProvenanceAsync(
        IReadOnlyList<FileEntry> entries, string name, ProvenanceRequest provenance, CancellationToken cancellationToken)
    {
        if (ArtifactProvenance.SchemaProblem(provenance.SchemaVersion) is { } problem)
        {
            TransferLog.Warning(tools.Logger, problem);
        }

        try
        {
            var path = await ArtifactProvenance.WriteAsync(tools.WorkingFolder, name, entries, provenance, cancellationToken);
            var document = await FileSelection.SelectAsync(
                new FileSelectionRequest { WorkingDirectory = tools.WorkingFolder, Paths = [path], Report = _ => { } }, cancellationToken);
            return [.. entries.Where(e => e.Path != path), .. document];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TransferException($"the artifacts' metadata cannot be written: {error.Message}");
        }
    }

    /// <param name="result">Of the last try.</param>
    /// <param name="tries">How many there were.</param>
    internal static bool MayTryAgain(UploadResult result, int tries) => result switch
    {
        UploadResult.ServiceUnavailable => tries < TriesWhenUnavailable,
        UploadResult.Failed => tries < Tries,
        _ => false,
    };

    private async Task<IReadOnlyList<FileEntry>> SelectAsync(UploadRequest request, CancellationToken cancellationToken) =>
        await FileSelection.SelectAsync(
            new FileSelectionRequest
            {
                WorkingDirectory = tools.WorkingFolder,
                NamedDirectory = tools.NamedFolder,
                Paths = [.. request.Paths.Select(path => tools.PathOf(path, Report))],
                Exclude = [.. request.Exclude.Select(path => tools.PathOf(path, Report))],
                Untracked = request.Untracked ? UntrackedListing.For(tools) : null,
                Report = Report,
            },
            cancellationToken);

    private async Task UploadAsync(UploadRequest request, string name, ArchiveRequest archive, CancellationToken cancellationToken)
    {
        var wait = FirstWait;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await AttemptAsync(request, name, archive, cancellationToken);
            Tell(request.Type, answer);
            var problem = answer.Result switch
            {
                UploadResult.Succeeded => null,
                UploadResult.Forbidden => throw new TransferException("permission denied"),
                UploadResult.TooLarge => throw new TransferException("too large"),
                UploadResult.ServiceUnavailable => "service unavailable",
                _ => $"upload failed: {answer.StatusText}",
            };
            if (problem is null)
            {
                return;
            }

            if (!MayTryAgain(answer.Result, attempt))
            {
                throw new TransferException(problem);
            }

            using (LogFields.With(tools.Logger, ("context", "artifacts-uploader"), ("error", problem)))
            {
                TransferLog.Warning(tools.Logger, "Retrying...");
            }

            await Task.Delay(wait, tools.Time, cancellationToken);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private async Task<ArtifactUploadAnswer> AttemptAsync(
        UploadRequest request, string name, ArchiveRequest archive, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(request.Timeout, tools.Time);
        using var answer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, tools.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token, answer.Token);
        try
        {
            return await job.Link.UploadArtifactAsync(
                new ArtifactUpload
                {
                    FileName = name,
                    ExpireIn = request.ExpireIn,
                    Format = request.Format,
                    Type = request.Type,
                    WriteAsync = async (body, cancellation) =>
                    {
                        var metered = MeteredStream.Over(body, tools, "Uploading artifacts", total: null);
                        await ArchiveWriter.WriteAsync(archive, metered, cancellation);
                        if (metered != body)
                        {
                            await metered.DisposeAsync();
                        }

                        answer.CancelAfter(request.ResponseHeaderTimeout);
                    },
                },
                both.Token);
        }
        catch (ArchiveException error)
        {
            throw new TransferException(error.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var what = limit.IsCancellationRequested ? "the upload timed out" : "timeout awaiting response headers";
            return new ArtifactUploadAnswer(UploadResult.Failed, what, "");
        }
    }

    private void Tell(string type, ArtifactUploadAnswer answer)
    {
        var status = answer.StatusText.Split(' ')[0];
        using var fields = LogFields.With(
            tools.Logger, ("correlation_id", answer.CorrelationId), ("id", job.JobId),
            ("status", int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? status : "-1"), ("token", job.ShortToken));
        var line = type.Length > 0
            ? $"Uploading artifacts as \"{type}\" to coordinator... {answer.StatusText}"
            : $"Uploading artifacts to coordinator... {answer.StatusText}";
        switch (answer.Result)
        {
            case UploadResult.Succeeded:
                TransferLog.Note(tools.Logger, line);
                break;
            case UploadResult.ServiceUnavailable or UploadResult.Failed:
                TransferLog.Warning(tools.Logger, line);
                break;
            default:
                TransferLog.Error(tools.Logger, line);
                break;
        }
    }

    private void Report(ArchiveNotice notice) => TransferLog.Notice(tools.Logger, notice);
}
