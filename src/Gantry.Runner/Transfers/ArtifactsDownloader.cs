using Gantry.Engine;
using Gantry.Engine.Archives;
using Gantry.Engine.Links;

namespace Gantry.Runner.Transfers;

/// <summary>
/// <c>artifacts-downloader</c>: fetches one archive into a temporary file and unpacks it in the working folder
/// (official-job-protocol §1.16, §7.4).
/// </summary>
public sealed class ArtifactsDownloader(TransferTools tools, TransferJob job)
{
    private const string Label = "Downloading artifacts from coordinator...";
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    /// <param name="token">The producing job's.</param>
    /// <param name="retries">After the first attempt.</param>
    /// <param name="direct">Ask for a redirect to the object store first.</param>
    /// <param name="stagingFolder">Where the archive is kept while it is unpacked.</param>
    /// <exception cref="TransferException">The server refused, or the archive cannot be unpacked.</exception>
    public async Task RunAsync(Secret token, int retries, bool direct, string stagingFolder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(stagingFolder, $"artifacts{Guid.NewGuid():N}");
        try
        {
            await DownloadAsync(file, token, retries, direct, cancellationToken);
            await ArchiveExtractor.ExtractAsync(
                new ExtractionRequest
                {
                    ArchivePath = file,
                    TargetDirectory = tools.WorkingFolder,
                    Report = notice => TransferLog.Notice(tools.Logger, notice),
                    // This runs inside the job's own place, with the job's own rights.
                    LinksMayLeave = true,
                    RestoreOwners = true,
                    Workers = tools.ExtractionWorkers,
                },
                cancellationToken);
        }
        catch (Exception error) when (error is ArchiveException or IOException or UnauthorizedAccessException)
        {
            throw new TransferException(error.Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task DownloadAsync(string file, Secret token, int retries, bool direct, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await job.Link.DownloadArtifactAsync(
                new ArtifactDownload
                {
                    JobId = job.JobId,
                    Token = token,
                    DirectDownload = direct && attempt == 0,
                    ReadAsync = (body, cancellation) => StoreAsync(body, file, cancellation),
                },
                cancellationToken);
            Tell(answer);
            switch (answer.Result)
            {
                case DownloadResult.Succeeded:
                    return;
                case DownloadResult.Forbidden or DownloadResult.Unauthorized:
                    throw new TransferException("permission denied");
                case DownloadResult.NotFound:
                    throw new TransferException("file does not exist");
                default:
                    if (attempt >= retries)
                    {
                        throw new TransferException("invalid argument");
                    }

                    break;
            }

            await Task.Delay(Wait, tools.Time, cancellationToken);
        }
    }

    private async Task StoreAsync(Stream body, string file, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var target = new FileStream(file, options);
        var metered = MeteredStream.Over(body, tools, "Downloading artifacts", total: null);
        await metered.CopyToAsync(target, cancellationToken);
        if (metered != body)
        {
            await metered.DisposeAsync();
        }
    }

    private void Tell(ArtifactDownloadAnswer answer)
    {
        using var fields = LogFields.With(
            tools.Logger, ("correlation_id", answer.CorrelationId), ("id", job.JobId), ("status", answer.StatusText), ("token", job.ShortToken));
        switch (answer.Result)
        {
            case DownloadResult.Succeeded:
                TransferLog.Note(tools.Logger, $"{Label} ok");
                break;
            case DownloadResult.Forbidden:
                TransferLog.Error(tools.Logger, $"{Label} forbidden");
                break;
            case DownloadResult.Unauthorized:
                TransferLog.Error(tools.Logger, $"{Label} unauthorized");
                break;
            case DownloadResult.NotFound:
                TransferLog.Error(tools.Logger, $"{Label} not found");
                break;
            default:
                TransferLog.Warning(tools.Logger, $"{Label} failed");
                break;
        }
    }
}
