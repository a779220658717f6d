using System.Globalization;
using Gantry.Engine.Archives;
using Gantry.Engine.Links;

namespace Gantry.Runner.Transfers;

/// <summary>
/// <c>cache-archiver</c>: keeps the files of a cache in an archive on this machine and in the store. The archive is written beside its
/// place and renamed, so a reader sees the old one or the new one (official-job-protocol §7.7).
/// </summary>
public sealed class CacheArchiver(TransferTools tools)
{
    /// <exception cref="TransferException">The archive cannot be written or stored.</exception>
    public async Task RunAsync(CacheArchiveRequest request, CancellationToken cancellationToken)
    {
        var file = Path.GetFullPath(request.File, tools.WorkingFolder);
        var level = ArchiveNames.ParseLevel(request.CompressionLevel, Report);
        var entries = await SelectAsync(request, cancellationToken);
        if (entries.Count == 0)
        {
            TransferLog.Note(tools.Logger, "No files to cache.");
            return;
        }

        var status = new CacheStatus(tools.Logger, tools.Time, request.Key);
        try
        {
            if (Adopt(request.AlternateFile, file, tools.WorkingFolder))
            {
                TransferLog.Note(tools.Logger, "Renamed alternate cache file to primary");
            }

            var upToDate = IsUpToDate(file, entries);
            if (!upToDate)
            {
                await WriteAsync(
                    file,
                    new ArchiveRequest
                    {
                        WorkingDirectory = tools.WorkingFolder,
                        Entries = entries,
                        Format = ArchiveNames.ParseCacheFormat(request.CompressionFormat),
                        Level = level,
                        Workers = request.Workers,
                        Report = Report,
                    },
                    cancellationToken);
                await CacheMetadata.WriteAsync(file, CacheMetadata.Parse(request.Metadata), cancellationToken);
            }

            await StoreAsync(request.Remote, file, upToDate, status, cancellationToken);
        }
        catch (Exception error) when (error is ArchiveException or IOException or UnauthorizedAccessException)
        {
            throw new TransferException(error.Message);
        }
    }

    private async Task StoreAsync(CacheAddress? remote, string file, bool upToDate, CacheStatus status, CancellationToken cancellationToken)
    {
        if (upToDate && (remote is null || !await ReuploadsAsync(remote, cancellationToken)))
        {
            TransferLog.Note(tools.Logger, "Archive is up to date!");
            status.Unchanged(file);
            return;
        }

        if (remote is null)
        {
            TransferLog.Note(tools.Logger, "No URL provided, cache will not be uploaded to shared cache server. Cache will be stored only locally.");
            status.Stored(file, "on this machine");
            return;
        }

        var size = new FileInfo(file).Length;
        if (remote.MaximumSize > 0 && size > remote.MaximumSize)
        {
            TransferLog.Note(tools.Logger, string.Create(
                CultureInfo.InvariantCulture,
                $"Cache archive size ({size}) is too big (Limit is set to {remote.MaximumSize}). Cache will be stored only locally."));
            status.Stored(file, "on this machine");
            return;
        }

        await new RemoteArchive(tools).UploadAsync(remote, file, cancellationToken);
        status.Stored(file, "uploaded");
    }

    /// <summary>An unchanged archive goes to the store again only when the store has none.</summary>
    private async Task<bool> ReuploadsAsync(CacheAddress remote, CancellationToken cancellationToken)
    {
        var exists = await new RemoteArchive(tools).ExistsAsync(remote, cancellationToken);
        TransferLog.Note(tools.Logger, exists
            ? "Primary cache already exists remotely, skipping upload"
            : "Primary cache does not exist remotely, uploading existing archive");
        return !exists;
    }

    private async Task<IReadOnlyList<FileEntry>> SelectAsync(CacheArchiveRequest request, CancellationToken cancellationToken) =>
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

    /// <summary>Moves an archive that the other setting of <c>FF_HASH_CACHE_KEYS</c> left.</summary>
    internal static bool Adopt(string alternate, string file, string folder)
    {
        var older = alternate.Length == 0 ? file : Path.GetFullPath(alternate, folder);
        if (older == file || File.Exists(file) || !File.Exists(older))
        {
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Move(older, file);
        return true;
    }

    // By time alone, as the official archiver: a deleted file is not noticed.
    private static bool IsUpToDate(string file, IReadOnlyList<FileEntry> entries) =>
        File.Exists(file) && entries.Max(entry => entry.ModifiedAt) <= File.GetLastWriteTimeUtc(file);

    private static async Task WriteAsync(string file, ArchiveRequest archive, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(file)!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $"archive_{Guid.NewGuid():N}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1, Options = FileOptions.Asynchronous };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using (var target = new FileStream(temporary, options))
            {
                await ArchiveWriter.WriteAsync(archive, target, cancellationToken);
            }

            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private void Report(ArchiveNotice notice) => TransferLog.Notice(tools.Logger, notice);
}
