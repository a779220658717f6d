using Gantry.Engine.Archives.Blocks;
using Gantry.Engine.Archives.Tar;
using Gantry.Engine.Archives.Trees;
using Gantry.Engine.Archives.Zip;

namespace Gantry.Engine.Archives;

/// <summary>
/// Writes an archive to a stream that need not seek, from first to last byte, so it can be the body of an upload. The same
/// files give the same bytes. Memory is bounded whatever the size of the files: some blocks of 1 MiB per worker, and the
/// zip's table of contents (about 100 bytes per file).
/// </summary>
public static class ArchiveWriter
{
    /// <summary>
    /// Files that vanished since they were selected are left out with a notice; those that shrank are archived as they are.
    /// The stream is flushed, not closed.
    /// </summary>
    /// <exception cref="ArchiveException">The format cannot hold these entries (a folder in gzip, two files raw).</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static async Task WriteAsync(ArchiveRequest request, Stream output, CancellationToken cancellationToken)
    {
        var workers = request.Workers > 0 ? request.Workers : Math.Max(1, Environment.ProcessorCount);
        var entries = Archivable(request);
        using var tree = FileTree.Read(request.WorkingDirectory);
        await using var buffered = new ArchiveOutput(output);
        switch (request.Format)
        {
            case ArchiveFormat.Zip or ArchiveFormat.ZipZstd:
                ArchiveNames.WarnOfGitPaths(entries, "archive", request.Report);
                using (var coder = BlockCoder.ForZip(request.Format, request.Level))
                {
                    var zip = new ZipWriter(buffered, coder.Method, request.Report);
                    await new BlockPipeline(tree, coder, workers).RunAsync(entries, zip, cancellationToken);
                }

                break;
            case ArchiveFormat.TarZstd:
                ArchiveNames.WarnOfGitPaths(entries, "archive", request.Report);
                using (var coder = BlockCoder.Plain())
                {
                    await using var tar = new TarZstdWriter(buffered, request.Level, workers, request.Report);
                    await new BlockPipeline(tree, coder, workers).RunAsync(entries, tar, cancellationToken);
                }

                break;
            case ArchiveFormat.Gzip:
                RefuseIrregular(entries);
                using (var coder = BlockCoder.ForGzip(request.Level))
                {
                    await new BlockPipeline(tree, coder, workers).RunAsync(entries, new GzipWriter(buffered, request.Report), cancellationToken);
                }

                break;
            default:
                RefuseMany(entries);
                using (var coder = BlockCoder.Plain())
                {
                    await new BlockPipeline(tree, coder, workers).RunAsync(entries, new RawWriter(buffered, request.Report), cancellationToken);
                }

                break;
        }

        await buffered.FlushAsync(cancellationToken);
    }

    private static List<FileEntry> Archivable(ArchiveRequest request)
    {
        List<FileEntry> entries = [];
        foreach (var entry in request.Entries.OrderBy(entry => entry.Path, StringComparer.Ordinal))
        {
            if (entry.Kind == FileKind.Other && request.Format != ArchiveFormat.Gzip)
            {
                request.Report(ArchiveNotice.Warning($"File ignored: {entry.Path}"));
            }
            else if (entry.Path != ".")
            {
                // The working directory itself is the place of extraction, not something in it.
                entries.Add(entry);
            }
        }

        return entries;
    }

    private static void RefuseIrregular(List<FileEntry> entries)
    {
        if (entries.Find(entry => entry.Kind != FileKind.File) is { } odd)
        {
            throw new ArchiveException($"the {GoText.Quote(odd.Path)} is not a regular file");
        }
    }

    private static void RefuseMany(List<FileEntry> entries)
    {
        if (entries.Count > 1)
        {
            throw new ArchiveException("only one file can be sent as raw");
        }

        RefuseIrregular(entries);
    }
}
