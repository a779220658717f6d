using System.Buffers;
using System.Formats.Tar;
using Gantry.Engine.Archives.Extraction;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace Gantry.Engine.Archives.Tar;

/// <summary>Unpacks a tar stream inside zstd, entry by entry as they come.</summary>
internal static class TarZstdExtractor
{
    private const int BufferSize = 128 * 1024;

    public static async Task ExtractAsync(SafeFileHandle archive, ExtractionPlace place, CancellationToken cancellationToken)
    {
        await using var unpacked = new DecompressionStream(new HandleRange(archive, 0, RandomAccess.GetLength(archive)), leaveOpen: false);
        await using var tar = new TarReader(unpacked, leaveOpen: true);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await NextAsync(tar, cancellationToken) is { } entry)
            {
                if (entry.EntryType != TarEntryType.GlobalExtendedAttributes)
                {
                    Extract(entry, place, buffer, cancellationToken);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The platform's reader checks no number of a header before it computes with it.
    private static async Task<TarEntry?> NextAsync(TarReader tar, CancellationToken cancellationToken)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, cancellationToken);
        }
        catch (Exception fault) when (fault is OverflowException or ArgumentException or NotSupportedException)
        {
            throw new ArchiveException($"the archive is damaged: {fault.Message}", fault);
        }
    }

    private static void Extract(TarEntry entry, ExtractionPlace place, byte[] buffer, CancellationToken cancellationToken)
    {
        var path = SafePath.Of(entry.Name);
        place.Admit(path);
        place.Replace(path);
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                place.AddFile(Entry(entry, path, FileKind.File), file => Copy(entry.DataStream, place, file, buffer, cancellationToken));
                break;
            case TarEntryType.Directory:
                place.AddFolder(Entry(entry, path, FileKind.Folder));
                break;
            case TarEntryType.SymbolicLink:
                place.AddLink(Entry(entry, path, FileKind.Link), entry.LinkName);
                break;
            case TarEntryType.HardLink:
                place.AddHardLink(Entry(entry, path, FileKind.File), SafePath.Of(entry.LinkName));
                break;
            default:
                place.Ignore(entry.Name);
                break;
        }
    }

    private static void Copy(Stream? content, ExtractionPlace place, SafeFileHandle file, byte[] buffer, CancellationToken cancellationToken)
    {
        long done = 0;
        while (content?.Read(buffer, 0, BufferSize) is > 0 and var read)
        {
            cancellationToken.ThrowIfCancellationRequested();
            place.Spend(read);
            RandomAccess.Write(file, buffer.AsSpan(0, read), done);
            done += read;
        }
    }

    // Set-id and sticky bits are not restored.
    private static FileEntry Entry(TarEntry entry, string path, FileKind kind) => new()
    {
        Path = path,
        Kind = kind,
        Mode = (int)entry.Mode & 0x1FF,
        Size = entry.Length,
        ModifiedAt = entry.ModificationTime,
        Owner = new FileOwner((uint)entry.Uid, (uint)entry.Gid),
    };
}
