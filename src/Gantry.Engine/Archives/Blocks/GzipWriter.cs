using System.Buffers.Binary;
using System.Text;
using Gantry.Engine.Archives.Trees;

namespace Gantry.Engine.Archives.Blocks;

/// <summary>One gzip member (RFC 1952) per file: the base name as its name, the path as its comment.</summary>
internal sealed class GzipWriter(ArchiveOutput output, Action<ArchiveNotice> report) : IBlockSink
{
    private uint _checksum;
    private long _length;

    public async ValueTask WriteAsync(FileBlock block, CancellationToken cancellationToken)
    {
        if (block.Missing is not null)
        {
            report(ArchiveNotice.Warning($"File ignored: {block.Missing}"));
            return;
        }

        if (block.IsFirst)
        {
            _checksum = 0;
            _length = 0;
            await output.WriteAsync(Header(block.Entry), cancellationToken);
        }

        await output.WriteAsync(block.Content!.Written, cancellationToken);
        _checksum = Checksums.Join(_checksum, block.Checksum, block.RawLength);
        _length += block.RawLength;
        if (block.IsLast)
        {
            var trailer = new byte[8];
            BinaryPrimitives.WriteUInt32LittleEndian(trailer, _checksum);
            BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), unchecked((uint)_length));
            await output.WriteAsync(trailer, cancellationToken);
        }
    }

    public ValueTask FinishAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Header texts are Latin-1: what is not ASCII, and what holds a '%', is percent-encoded behind <c>e:</c>.</summary>
    internal static string HeaderText(string path)
    {
        if (Ascii.IsValid(path) && !path.Contains('%'))
        {
            return path;
        }

        var encoded = new StringBuilder("e:");
        foreach (var one in FileNames.Encode(path))
        {
            var isPlain = char.IsAsciiLetterOrDigit((char)one) || "-_.~$&+=:@".Contains((char)one);
            encoded = isPlain ? encoded.Append((char)one) : encoded.Append('%').Append(one.ToString("X2", null));
        }

        return encoded.ToString();
    }

    private static byte[] Header(FileEntry entry)
    {
        const byte HasName = 0x08;
        const byte HasComment = 0x10;
        var name = HeaderText(entry.Path[(entry.Path.LastIndexOf('/') + 1)..]);
        var seconds = Math.Clamp(entry.ModifiedAt.ToUnixTimeSeconds(), 0, uint.MaxValue);
        var fixedPart = new byte[] { 0x1F, 0x8B, 8, HasName | HasComment, 0, 0, 0, 0, 0, 255 };
        BinaryPrimitives.WriteUInt32LittleEndian(fixedPart.AsSpan(4), (uint)seconds);
        return [.. fixedPart, .. Encoding.ASCII.GetBytes($"{name}\0{HeaderText(entry.Path)}\0")];
    }
}
