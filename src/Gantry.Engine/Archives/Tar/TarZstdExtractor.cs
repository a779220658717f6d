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

    public static Task ExtractAsync(SafeFileHandle archive, ExtractionPlace place, CancellationToken cancellationToken) =>
        Task.Run(() => Extract(archive, place, cancellationToken), cancellationToken);

    private static void Extract(SafeFileHandle archive, ExtractionPlace place, CancellationToken cancellationToken)
    {
        using var unpacked = new DecompressionStream(new HandleRange(archive, 0, RandomAccess.GetLength(archive)), leaveOpen: false);
        using var tar = new TarReader(unpacked, leaveOpen: true);
        using var small = new SmallFiles(place);
        while (Next(tar) is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.EntryType != TarEntryType.GlobalExtendedAttributes)
            {
                Extract(entry, place, small, cancellationToken);
            }
        }

        small.Complete();
    }

    // The platform's reader checks no number of a header before it computes with it.
    private static TarEntry? Next(TarReader tar)
    {
        try
        {
            return tar.GetNextEntry(copyData: false);
        }
        catch (Exception fault) when (fault is OverflowException or ArgumentException or NotSupportedException or InvalidOperationException)
        {
            throw new ArchiveException($"the archive is damaged: {fault.Message}", fault);
        }
    }

    private static void Extract(TarEntry entry, ExtractionPlace place, SmallFiles small, CancellationToken cancellationToken)
    {
        var path = SafePath.Of(entry.Name);
        place.Admit(path);
        place.Replace(path);
        small.Await(path);
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                AddFile(entry, Entry(entry, path, FileKind.File), place, small, cancellationToken);
                break;
            case TarEntryType.Directory:
                place.AddFolder(Entry(entry, path, FileKind.Folder));
                break;
            case TarEntryType.SymbolicLink:
                place.AddLink(Entry(entry, path, FileKind.Link), entry.LinkName);
                break;
            case TarEntryType.HardLink:
                var existing = SafePath.Of(entry.LinkName);
                small.Await(existing);
                place.AddHardLink(Entry(entry, path, FileKind.File), existing);
                break;
            default:
                place.Ignore(entry.Name);
                break;
        }
    }

    private static void AddFile(TarEntry entry, FileEntry file, ExtractionPlace place, SmallFiles small, CancellationToken cancellationToken)
    {
        if (file.Size <= SmallFiles.Largest)
        {
            place.Spend(file.Size);
            var content = ArrayPool<byte>.Shared.Rent((int)Math.Max(file.Size, 1));
            small.Add(file, content, entry.DataStream?.ReadAtLeast(content.AsSpan(0, (int)file.Size), (int)file.Size, throwOnEndOfStream: false) ?? 0, cancellationToken);
            return;
        }

        place.AddFile(file, handle => Copy(entry.DataStream, place, handle, cancellationToken));
    }

    private static void Copy(Stream? content, ExtractionPlace place, SafeFileHandle file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
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
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
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
