using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Gantry.Engine.Traces;

/// <summary>
/// Hidden values compiled for searching bytes. Immutable.
/// <para>
/// 1. Long phrases (at least <see cref="LongFrom"/> bytes): the text is probed at a fixed stride. Every occurrence of a
///    phrase covers one probe, because the stride is at most the shortest length - 2; so a table over hashed three-byte
///    groups says which start positions deserve a look. Probes do not depend on each other, so the processor overlaps them.
/// 2. Short phrases: vectorised search for their first bytes.
/// 3. A candidate start is compared with the phrases that begin with the same bytes, longest first.
/// </para>
/// </summary>
internal sealed class PhraseSet
{
    private const int LongFrom = 6;
    private const int ProbeBits = 15;
    private const int MaxStride = 8;

    public static readonly PhraseSet Empty = new([]);

    /// <summary>Longest first.</summary>
    private readonly byte[][] _phrases;

    private readonly byte[]? _probes;
    private readonly int _stride;
    private readonly SearchValues<byte>? _shortFirst;

    /// <summary>Phrases by their first two bytes (single-byte ones under their byte and 0..255 alike): index into <see cref="_next"/>.</summary>
    private readonly int[] _heads;

    private readonly int[] _next;
    private readonly bool[] _first = new bool[256];
    private readonly bool _hasLineFeed;

    private PhraseSet(byte[][] phrases)
    {
        _phrases = phrases;
        _heads = new int[phrases.Length == 0 ? 0 : 1 << 16];
        _next = new int[phrases.Length + 1];
        MaxLength = phrases.Length == 0 ? 0 : phrases[0].Length;
        var shortest = int.MaxValue;
        Span<bool> shortFirst = stackalloc bool[256];
        // From the shortest up, so that each chain begins with its longest.
        for (var i = phrases.Length - 1; i >= 0; i--)
        {
            var phrase = phrases[i];
            _first[phrase[0]] = true;
            _hasLineFeed |= phrase.AsSpan().Contains((byte)'\n');
            if (phrase.Length >= LongFrom)
            {
                shortest = Math.Min(shortest, phrase.Length);
            }
            else
            {
                shortFirst[phrase[0]] = true;
            }

            Chain(i, phrase);
        }

        if (shortest != int.MaxValue)
        {
            _stride = Math.Min(MaxStride, shortest - 2);
            _probes = FillProbes(phrases, _stride);
        }

        _shortFirst = CreateFirstBytes(shortFirst);
    }

    public bool IsEmpty => _phrases.Length == 0;

    /// <summary>Bytes of the longest phrase.</summary>
    public int MaxLength { get; }

    /// <summary>Values as the log is given them: trimmed, empties and duplicates dropped; with their encoded forms when wanted.</summary>
    public static PhraseSet Compile(IEnumerable<string> values, bool encodedForms)
    {
        var distinct = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var phrase = value.Trim();
            if (phrase.Length > 0 && distinct.Add(phrase) && encodedForms)
            {
                distinct.UnionWith(EncodedPhrases.Of(phrase));
            }
        }

        return distinct.Count == 0
            ? Empty
            : new PhraseSet([.. distinct.Select(Encoding.UTF8.GetBytes).OrderByDescending(phrase => phrase.Length)]);
    }

    /// <summary>Finds all places in a text where phrases stand completely.</summary>
    public Scan Search(ReadOnlySpan<byte> text) => new(this, text);

    /// <summary>
    /// Where the text's end may be the beginning of a phrase: the smallest position from which on the text is a proper
    /// prefix of one. The text's length when there is none.
    /// </summary>
    public int IncompleteFrom(ReadOnlySpan<byte> text)
    {
        var at = Math.Max(0, text.Length - (MaxLength - 1));
        if (!_hasLineFeed)
        {
            at = Math.Max(at, text.LastIndexOf((byte)'\n') + 1);
        }

        for (; at < text.Length - 1; at++)
        {
            var chain = _heads[MemoryMarshal.Read<ushort>(text[at..])];
            if (chain != 0 && IsPrefix(text[at..], chain))
            {
                return at;
            }
        }

        return at < text.Length && _first[text[at]] && IsPrefixOfLonger(text[at]) ? at : text.Length;
    }

    private static byte[] FillProbes(byte[][] phrases, int stride)
    {
        var probes = new byte[1 << ProbeBits];
        foreach (var phrase in phrases)
        {
            for (var offset = 0; phrase.Length >= LongFrom && offset < stride; offset++)
            {
                var group = (uint)(phrase[offset] | (phrase[offset + 1] << 8) | (phrase[offset + 2] << 16));
                probes[Hash(group)] |= (byte)(1 << offset);
            }
        }

        return probes;
    }

    private static SearchValues<byte>? CreateFirstBytes(ReadOnlySpan<bool> wanted)
    {
        Span<byte> values = stackalloc byte[256];
        var count = 0;
        for (var value = 0; value < 256; value++)
        {
            if (wanted[value])
            {
                values[count++] = (byte)value;
            }
        }

        return count == 0 ? null : SearchValues.Create(values[..count]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(uint threeBytes) => (threeBytes * 0x9E37_79B1u) >> (32 - ProbeBits);

    private void Chain(int index, byte[] phrase)
    {
        if (phrase.Length > 1)
        {
            Link(index, MemoryMarshal.Read<ushort>(phrase));
            return;
        }

        // A single byte starts every pair that begins with it. There is at most one phrase per byte, and it is the
        // shortest of each chain, so the pairs can share its link.
        for (var second = 0; second < 256; second++)
        {
            Span<byte> pair = [phrase[0], (byte)second];
            Link(index, MemoryMarshal.Read<ushort>(pair));
        }
    }

    private void Link(int index, ushort pair)
    {
        _next[index + 1] = _heads[pair];
        _heads[pair] = index + 1;
    }

    /// <summary>The first start at or after <paramref name="from"/> of a long phrase; the text's length when there is none.</summary>
    private int IndexOfLong(ReadOnlySpan<byte> text, int from, out int length)
    {
        if (_probes is { } probes)
        {
            var stride = _stride;
            // The probe at p covers the starts p - stride + 1 .. p. Its group is loaded together with the byte before it,
            // which exists because the stride is at least two.
            var at = from + stride - 1;
            var last = text.Length - 3;
            ref var origin = ref MemoryMarshal.GetReference(text);
            ref var table = ref MemoryMarshal.GetArrayDataReference(probes);
            while (at <= last)
            {
                while (at + (3 * stride) <= last
                    && (Probe(ref origin, ref table, at) | Probe(ref origin, ref table, at + stride)
                        | Probe(ref origin, ref table, at + (2 * stride)) | Probe(ref origin, ref table, at + (3 * stride))) == 0)
                {
                    at += 4 * stride;
                }

                for (var step = 0; step < 4 && at <= last; step++, at += stride)
                {
                    int offsets = Probe(ref origin, ref table, at);
                    for (var offset = stride - 1; offsets != 0 && offset >= 0; offset--)
                    {
                        var start = at - offset;
                        if ((offsets & (1 << offset)) != 0 && (length = LongestAt(text[start..])) > 0)
                        {
                            return start;
                        }
                    }
                }
            }
        }

        length = 0;
        return text.Length;
    }

    /// <summary>The first start at or after <paramref name="from"/> and before <paramref name="end"/> where a short phrase may stand.</summary>
    private int IndexOfShort(ReadOnlySpan<byte> text, int from, int end, out int length)
    {
        if (_shortFirst is { } first)
        {
            for (var at = from; at < end; at++)
            {
                var skip = text[at..end].IndexOfAny(first);
                if (skip < 0)
                {
                    break;
                }

                at += skip;
                if ((length = LongestAt(text[at..])) > 0)
                {
                    return at;
                }
            }
        }

        length = 0;
        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Probe(ref byte origin, ref byte table, int at)
    {
        var four = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref origin, at - 1));
        if (!BitConverter.IsLittleEndian)
        {
            four = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(four);
        }

        return Unsafe.Add(ref table, Hash(four >> 8));
    }

    /// <summary>Length of the longest phrase that the text begins with; 0 when there is none.</summary>
    private int LongestAt(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2)
        {
            return text.Length == 1 && _first[text[0]] && HasSingle(text[0]) ? 1 : 0;
        }

        for (var link = _heads[MemoryMarshal.Read<ushort>(text)]; link != 0; link = _next[link])
        {
            if (text.StartsWith(_phrases[link - 1]))
            {
                return _phrases[link - 1].Length;
            }
        }

        return 0;
    }

    private bool HasSingle(byte value)
    {
        for (var i = _phrases.Length - 1; i >= 0 && _phrases[i].Length == 1; i--)
        {
            if (_phrases[i][0] == value)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsPrefix(ReadOnlySpan<byte> rest, int link)
    {
        // Longest first: the rest of the chain is too short once one is.
        for (; link != 0 && _phrases[link - 1].Length > rest.Length; link = _next[link])
        {
            if (_phrases[link - 1].AsSpan().StartsWith(rest))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsPrefixOfLonger(byte value)
    {
        foreach (var phrase in _phrases)
        {
            if (phrase.Length == 1)
            {
                return false;
            }

            if (phrase[0] == value)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Walks through the occurrences in a text by rising start, one per start (the longest there). They may overlap.
    /// </summary>
    public ref struct Scan(PhraseSet set, ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _from;
        private int _longAt = -1;
        private int _longLength;

        public int Start { get; private set; }
        public int Length { get; private set; }

        public bool Next()
        {
            if (set.IsEmpty)
            {
                return false;
            }

            if (_longAt < _from)
            {
                _longAt = set.IndexOfLong(_text, _from, out _longLength);
            }

            Start = set.IndexOfShort(_text, _from, _longAt, out var length);
            Length = Start < _longAt ? length : _longLength;
            _from = Start + 1;
            return Start < _text.Length;
        }
    }
}
