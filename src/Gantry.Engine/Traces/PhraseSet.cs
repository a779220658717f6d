using System.Buffers;
using System.Buffers.Binary;
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
    private const int ProbeBits = 16;
    private const int StartBits = 12;
    private const int MaxStride = 8;

    public static readonly PhraseSet Empty = new([]);

    /// <summary>Longest first.</summary>
    private readonly byte[][] _phrases;

    /// <summary>How many of them are long.</summary>
    private readonly int _longCount;

    private readonly int _stride;
    private readonly byte[]? _probes;

    /// <summary>Long phrases by a hash of their first four bytes, as chains with the longest first: index + 1, 0 ends.</summary>
    private readonly int[] _heads = new int[1 << StartBits];

    private readonly int[] _next;

    /// <summary>By hash of the first one to four bytes: a longer phrase may begin so.</summary>
    private readonly bool[] _starts = new bool[1 << StartBits];

    private readonly SearchValues<byte>? _shortFirst;
    private readonly bool _hasLineFeed;

    private PhraseSet(byte[][] phrases)
    {
        _phrases = phrases;
        _next = new int[phrases.Length];
        _longCount = phrases.Count(phrase => phrase.Length >= LongFrom);
        _hasLineFeed = phrases.Any(phrase => phrase.Contains((byte)'\n'));
        MaxLength = phrases.Length == 0 ? 0 : phrases[0].Length;
        // From the shortest up, so that each chain begins with its longest.
        for (var i = _longCount - 1; i >= 0; i--)
        {
            ref var head = ref _heads[HashStart(phrases[i].AsSpan(0, sizeof(uint)))];
            _next[i] = head;
            head = i + 1;
        }

        foreach (var phrase in phrases)
        {
            for (var length = 1; length <= sizeof(uint) && length < phrase.Length; length++)
            {
                _starts[HashStart(phrase.AsSpan(0, length))] = true;
            }
        }

        if (_longCount > 0)
        {
            _stride = Math.Min(MaxStride, phrases[_longCount - 1].Length - 2);
            _probes = FillProbes(phrases.AsSpan(0, _longCount), _stride);
        }

        if (_longCount < phrases.Length)
        {
            _shortFirst = SearchValues.Create([.. phrases[_longCount..].Select(phrase => phrase[0]).Distinct()]);
        }
    }

    public bool IsEmpty => _phrases.Length == 0;

    /// <summary>Bytes of the longest phrase.</summary>
    public int MaxLength { get; }

    /// <summary>Values as the log is given them: trimmed, empties and duplicates dropped; with their encoded forms when wanted.</summary>
    public static PhraseSet Compile(IEnumerable<string> values, bool encodedForms)
    {
        var distinct = values.Select(value => value.Trim()).Where(phrase => phrase.Length > 0).ToHashSet(StringComparer.Ordinal);
        if (encodedForms)
        {
            distinct.UnionWith(distinct.ToArray().SelectMany(EncodedPhrases.Of));
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

        for (; at < text.Length; at++)
        {
            if (IsStart(text[at..]))
            {
                return at;
            }
        }

        return text.Length;
    }

    private static byte[] FillProbes(ReadOnlySpan<byte[]> phrases, int stride)
    {
        var probes = new byte[1 << ProbeBits];
        foreach (var phrase in phrases)
        {
            for (var offset = 0; offset < stride; offset++)
            {
                var group = (uint)(phrase[offset] | (phrase[offset + 1] << 8) | (phrase[offset + 2] << 16));
                probes[HashGroup(group)] |= (byte)(1 << offset);
            }
        }

        return probes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HashGroup(uint threeBytes) => (threeBytes * 0x9E37_79B1u) >> (32 - ProbeBits);

    /// <summary>Of one to four bytes; the length counts too.</summary>
    private static uint HashStart(ReadOnlySpan<byte> bytes)
    {
        var value = bytes.Length == sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : (uint)bytes.Length << 24;
        for (var i = 0; i < bytes.Length && bytes.Length < sizeof(uint); i++)
        {
            value |= (uint)bytes[i] << (8 * i);
        }

        return (value * 0x9E37_79B1u) >> (32 - StartBits);
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
                        if ((offsets & (1 << offset)) != 0 && (length = LongAt(text[start..])) > 0)
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
                if ((length = ShortAt(text[at..])) > 0)
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
        four = BitConverter.IsLittleEndian ? four : BinaryPrimitives.ReverseEndianness(four);
        return Unsafe.Add(ref table, HashGroup(four >> 8));
    }

    /// <summary>Length of the longest long phrase that the text begins with; 0 when there is none.</summary>
    private int LongAt(ReadOnlySpan<byte> text)
    {
        if (text.Length >= LongFrom)
        {
            for (var link = _heads[HashStart(text[..sizeof(uint)])]; link != 0; link = _next[link - 1])
            {
                if (text.StartsWith(_phrases[link - 1]))
                {
                    return _phrases[link - 1].Length;
                }
            }
        }

        return 0;
    }

    /// <summary>The same for the short ones.</summary>
    private int ShortAt(ReadOnlySpan<byte> text)
    {
        foreach (var phrase in _phrases.AsSpan(_longCount))
        {
            if (text.StartsWith(phrase))
            {
                return phrase.Length;
            }
        }

        return 0;
    }

    /// <summary>The text is a proper prefix of a phrase.</summary>
    private bool IsStart(ReadOnlySpan<byte> text)
    {
        if (!_starts[HashStart(text[..Math.Min(text.Length, sizeof(uint))])])
        {
            return false;
        }

        if (text.Length < LongFrom)
        {
            foreach (var phrase in _phrases)
            {
                if (phrase.Length > text.Length && phrase.AsSpan().StartsWith(text))
                {
                    return true;
                }
            }

            return false;
        }

        for (var link = _heads[HashStart(text[..sizeof(uint)])]; link != 0; link = _next[link - 1])
        {
            if (_phrases[link - 1].Length > text.Length && _phrases[link - 1].AsSpan().StartsWith(text))
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
