using Gantry.Engine.Archives;

namespace Gantry.Runner.Transfers;

/// <summary><c>cache-extractor</c>: unpacks a cache of this machine in the working folder (official-job-protocol §7.7).</summary>
public sealed class CacheExtractor(TransferTools tools)
{
    /// <exception cref="TransferException">There is no such cache, or it cannot be unpacked.</exception>
    public async Task RunAsync(string file, CancellationToken cancellationToken)
    {
        TransferLog.Note(
            tools.Logger, "No URL provided, cache will not be downloaded from shared cache server. Instead a local version of cache will be extracted.");
        var archive = Path.GetFullPath(file, tools.WorkingFolder);
        if (!File.Exists(archive))
        {
            TransferLog.Warning(tools.Logger, "Cache file does not exist");
            throw new TransferException("");
        }

        try
        {
            await ArchiveExtractor.ExtractAsync(
                new ExtractionRequest
                {
                    ArchivePath = archive,
                    TargetDirectory = tools.WorkingFolder,
                    Report = notice => TransferLog.Notice(tools.Logger, notice),
                    // This runs inside the job's own place, with the job's own rights.
                    LinksMayLeave = true,
                    RestoreOwners = true,
                },
                cancellationToken);
        }
        catch (Exception error) when (error is ArchiveException or IOException or UnauthorizedAccessException)
        {
            throw new TransferException(error.Message);
        }
    }
}
