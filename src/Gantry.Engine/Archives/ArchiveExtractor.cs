using Gantry.Engine.Archives.Extraction;
using Gantry.Engine.Archives.Tar;
using Gantry.Engine.Archives.Trees;
using Gantry.Engine.Archives.Zip;

namespace Gantry.Engine.Archives;

/// <summary>
/// Unpacks artifacts and caches. Files in the way are overwritten; modes (without set-id and sticky bits) and times are
/// restored.
/// <para>Neither the archive nor what already is in the target is trusted: absolute names, <c>..</c>, entries below a link,
/// and links out of the target end the extraction. What was written before that stays.</para>
/// </summary>
public static class ArchiveExtractor
{
    /// <exception cref="ArchiveException">The archive is damaged, of an unknown kind, too large, or not safe.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    /// <exception cref="UnauthorizedAccessException">A place may not be written.</exception>
    public static async Task ExtractAsync(ExtractionRequest request, CancellationToken cancellationToken)
    {
        using var archive = File.OpenHandle(request.ArchivePath, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var tree = FileTree.Write(request.TargetDirectory);
        var place = new ExtractionPlace(tree, request);
        try
        {
            switch (KindOf(archive))
            {
                case Kind.TarZstd:
                    await TarZstdExtractor.ExtractAsync(archive, place, cancellationToken);
                    break;
                case Kind.Gzip:
                    throw new ArchiveException("a gzip archive cannot be extracted");
                default:
                    await ZipExtractor.ExtractAsync(archive, place, cancellationToken);
                    break;
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or FormatException or ZstdSharp.ZstdException)
        {
            throw new ArchiveException($"the archive is damaged: {fault.Message}", fault);
        }

        place.Complete();
    }

    private static Kind KindOf(Microsoft.Win32.SafeHandles.SafeFileHandle archive)
    {
        Span<byte> start = stackalloc byte[4];
        var read = RandomAccess.Read(archive, start, 0);
        return start[..read] switch
        {
            [0x28, 0xB5, 0x2F, 0xFD] => Kind.TarZstd,
            [0x1F, 0x8B, ..] => Kind.Gzip,
            _ => Kind.Zip,
        };
    }

    private enum Kind
    {
        Zip,
        TarZstd,
        Gzip,
    }
}
