using System.Collections.Concurrent;
using ZstdSharp;

namespace Gantry.Engine.Archives.Extraction;

/// <summary>Decodes small zstd contents at once. Making a decoder costs more than using it, so they are kept. Any thread.</summary>
internal sealed class ZstdDecoders : IDisposable
{
    private readonly ConcurrentBag<Decompressor> _free = [];

    /// <summary>All frames of <paramref name="packed"/>, one behind the other.</summary>
    /// <returns>The length of the content.</returns>
    /// <exception cref="ZstdException">Damaged, or longer than <paramref name="content"/>.</exception>
    public int Decode(ReadOnlySpan<byte> packed, Span<byte> content)
    {
        var decoder = _free.TryTake(out var free) ? free : new Decompressor();
        try
        {
            return decoder.Unwrap(packed, content);
        }
        finally
        {
            _free.Add(decoder);
        }
    }

    public void Dispose()
    {
        while (_free.TryTake(out var decoder))
        {
            decoder.Dispose();
        }
    }
}
