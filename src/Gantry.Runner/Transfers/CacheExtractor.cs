using Gantry.Engine.Archives;
using Gantry.Engine.Links;

namespace Gantry.Runner.Transfers;

/// <summary>
/// <c>cache-extractor</c>: fetches a cache from its store unless this machine's copy is as new, and unpacks it in the working folder
/// (official-job-protocol §7.7).
/// </summary>
public sealed class CacheExtractor(TransferTools tools)
{
    /// <exception cref="TransferException">There is no such cache, or it cannot be fetched or unpacked.</exception>
    public async Task RunAsync(CacheExtractRequest request, CancellationToken cancellationToken)
    {
        var archive = Path.GetFullPath(request.File, tools.WorkingFolder);
        var status = new CacheStatus(tools.Logger, tools.Time, request.Key);
        var from = "this machine";
        try
        {
            if (request.Remote is { } remote)
            {
                from = await FetchAsync(remote, request.Alternate, archive, cancellationToken);
            }
            else
            {
                TransferLog.Note(
                    tools.Logger, "No URL provided, cache will not be downloaded from shared cache server. Instead a local version of cache will be extracted.");
            }

            if (!File.Exists(archive))
            {
                TransferLog.Warning(tools.Logger, "Cache file does not exist");
                throw new TransferException("");
            }

            await ExtractAsync(archive, cancellationToken);
        }
        catch (Exception error) when (error is ArchiveException or IOException or UnauthorizedAccessException)
        {
            throw new TransferException(error.Message);
        }

        status.Hit(request.WantedKey, archive, from);
    }

    private async Task<string> FetchAsync(CacheAddress remote, CacheAddress? alternate, string archive, CancellationToken cancellationToken)
    {
        var store = new RemoteArchive(tools);
        var address = await store.NewerAsync(remote, alternate, cancellationToken);
        try
        {
            return await store.DownloadAsync(address, archive, cancellationToken) ? "downloaded" : "this machine";
        }
        catch (TransferException error)
        {
            // Also when this machine has an older copy: the store is the truth, and the next key may be there.
            TransferLog.Warning(tools.Logger, error.Message);
            throw new TransferException("");
        }
    }

    private async Task ExtractAsync(string archive, CancellationToken cancellationToken) => await ArchiveExtractor.ExtractAsync(
        new ExtractionRequest
        {
            ArchivePath = archive,
            TargetDirectory = tools.WorkingFolder,
            Report = notice => TransferLog.Notice(tools.Logger, notice),
            // This runs inside the job's own place, with the job's own rights.
            LinksMayLeave = true,
            RestoreOwners = true,
            Workers = tools.ExtractionWorkers,
        },
        cancellationToken);
}
