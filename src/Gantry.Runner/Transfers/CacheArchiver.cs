using Gantry.Engine.Archives;

namespace Gantry.Runner.Transfers;

/// <summary>
/// <c>cache-archiver</c>: keeps the files of a cache in an archive on this machine. The archive is written beside its
/// place and renamed, so a reader sees the old one or the new one (official-job-protocol §7.7).
/// </summary>
public sealed class CacheArchiver(TransferTools tools)
{
    /// <exception cref="TransferException">The archive cannot be written.</exception>
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

        try
        {
            Adopt(request.AlternateFile, file);
            if (IsUpToDate(file, entries))
            {
                TransferLog.Note(tools.Logger, "Archive is up to date!");
                return;
            }

            await WriteAsync(
                file,
                new ArchiveRequest
                {
                    WorkingDirectory = tools.WorkingFolder,
                    Entries = entries,
                    Format = ArchiveNames.ParseCacheFormat(request.CompressionFormat),
                    Level = level,
                    Report = Report,
                },
                cancellationToken);
        }
        catch (Exception error) when (error is ArchiveException or IOException or UnauthorizedAccessException)
        {
            throw new TransferException(error.Message);
        }

        TransferLog.Note(tools.Logger, "No URL provided, cache will not be uploaded to shared cache server. Cache will be stored only locally.");
    }

    private async Task<IReadOnlyList<FileEntry>> SelectAsync(CacheArchiveRequest request, CancellationToken cancellationToken) =>
        await FileSelection.SelectAsync(
            new FileSelectionRequest
            {
                WorkingDirectory = tools.WorkingFolder,
                NamedDirectory = tools.NamedFolder,
                Paths = [.. request.Paths.Select(path => ShellExpansion.Expand(path, "path", tools.Environment, Report))],
                Exclude = [.. request.Exclude.Select(path => ShellExpansion.Expand(path, "path", tools.Environment, Report))],
                Untracked = request.Untracked ? UntrackedListing.For(tools) : null,
                Report = Report,
            },
            cancellationToken);

    private void Adopt(string alternate, string file)
    {
        if (alternate.Length == 0 || File.Exists(file))
        {
            return;
        }

        var older = Path.GetFullPath(alternate, tools.WorkingFolder);
        if (older != file && File.Exists(older))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.Move(older, file);
            TransferLog.Note(tools.Logger, "Renamed alternate cache file to primary");
        }
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
            await using (var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
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
