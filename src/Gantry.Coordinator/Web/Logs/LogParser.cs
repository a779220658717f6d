namespace Gantry.Coordinator.Web.Logs;

/// <summary>
/// Reads the raw trace of a job as it arrives and gives visible lines. However the bytes are cut into pieces, the lines end
/// up the same. Not thread-safe; one parser reads one trace from its beginning.
/// </summary>
/// <remarks>
/// Rules: timestamp headers and continuations as in <see cref="LineHeader"/>; sections as <c>section_start:…\r ESC[0K</c>;
/// SGR colours; a carriage return begins the line anew; every other control is dropped. Lines are numbered by appearance;
/// a line may change until another of its stream begins, and is then reported again under the same number.
/// </remarks>
internal sealed class LogParser
{
    /// <summary>A physical line is worked on in pieces of at most this many bytes, whole or not.</summary>
    public const int MaxPiece = 64 * 1024;

    private readonly LogScreen _screen = new();
    private readonly byte[] _tail = new byte[MaxPiece];
    private int _tailLength;
    private LineHeader? _header;
    private bool _inLine;
    private Draft _draft = Draft.None;

    /// <summary>Bytes taken in so far.</summary>
    public long Offset { get; private set; }

    /// <summary>Takes the next bytes of the trace.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Offset += bytes.Length;
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end >= 0 && _tailLength == 0 && end < MaxPiece)
            {
                Write(bytes[..end], ended: true);
                bytes = bytes[(end + 1)..];
                continue;
            }

            var take = Math.Min(end < 0 ? bytes.Length : end, MaxPiece - _tailLength);
            bytes[..take].CopyTo(_tail.AsSpan(_tailLength));
            _tailLength += take;
            bytes = bytes[take..];
            if (_tailLength == MaxPiece)
                CutPiece();
            else if (end >= 0)
            {
                Write(_tail.AsSpan(0, _tailLength), ended: true);
                _tailLength = 0;
                bytes = bytes[1..];
            }
        }
    }

    /// <summary>
    /// What changed since the last call. An unfinished last line is part of it as it looks now; a later batch may take it back,
    /// which <see cref="LogBatch.LineCount"/> tells.
    /// </summary>
    public LogBatch TakeChanges()
    {
        var lines = new List<LogLine>();
        var sections = new List<LogSection>();
        _screen.Restore(_draft.Covered, _draft.Sections);
        _draft = Draft.None;
        _screen.TakeChanges(lines, sections);
        if (_tailLength == 0 || (!_inLine && LineHeader.IsPrefix(_tail.AsSpan(0, _tailLength))))
            return new LogBatch(lines, sections, _screen.LineCount, Offset);

        var draft = _screen.Clone();
        var (header, continues, text) = Split(_tail.AsSpan(0, _tailLength));
        draft.Write(header, continues, text);
        var (draftLines, draftSections) = (new List<LogLine>(), new List<LogSection>());
        draft.TakeChanges(draftLines, draftSections);
        _draft = new Draft(
            [.. _screen.OpenLines().Where(line => draftLines.Exists(drafted => drafted.Number == line.Number))],
            [.. draftSections.Select(section => section.Id)]);
        return new LogBatch([.. lines, .. draftLines], [.. sections, .. draftSections], draft.LineCount, Offset);
    }

    /// <summary>The trace is complete: the unfinished last line is a line.</summary>
    public void Complete()
    {
        if (_tailLength > 0)
            Write(_tail.AsSpan(0, _tailLength), ended: true);
        _tailLength = 0;
        _screen.Complete();
    }

    private void CutPiece()
    {
        var cut = SafeCut(_tail.AsSpan());
        Write(_tail.AsSpan(0, cut), ended: false);
        _tail.AsSpan(cut).CopyTo(_tail);
        _tailLength = MaxPiece - cut;
    }

    private void Write(ReadOnlySpan<byte> physical, bool ended)
    {
        var (header, continues, text) = Split(physical);
        // The rest of a line that was cut just before its end would only clear a pending carriage return.
        if (!_inLine || !text.IsEmpty)
            _screen.Write(header, continues, text);
        _header = header;
        _inLine = !ended;
    }

    private Parts Split(ReadOnlySpan<byte> physical)
    {
        if (_inLine)
            return new Parts(_header, true, physical);
        return LineHeader.TryRead(physical, out var header)
            ? new Parts(header, header.Continues, physical[LineHeader.Length..])
            : new Parts(null, false, physical);
    }

    // Not inside a UTF-8 sequence, an escape sequence, or between a carriage return and what follows it.
    private static int SafeCut(ReadOnlySpan<byte> piece)
    {
        var cut = piece.Length;
        var lead = cut - 1;
        while (lead > cut - 4 && (piece[lead] & 0xC0) == 0x80)
            lead--;
        var need = piece[lead] switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
        if (lead + need > cut)
            cut = lead;

        var escape = piece[..cut][^64..].LastIndexOf(Escapes.Escape);
        if (escape >= 0)
        {
            escape += cut - 64;
            Escapes.Length(piece[escape..cut], out var complete);
            if (!complete)
                cut = escape;
        }

        return piece[cut - 1] == '\r' ? cut - 1 : cut;
    }

    /// <param name="Covered">Lines, as they are without the draft, that it shows differently.</param>
    /// <param name="Sections">Ids of the sections it changed or began.</param>
    private sealed record Draft(IReadOnlyList<LogLine> Covered, IReadOnlyList<int> Sections)
    {
        public static Draft None { get; } = new([], []);
    }

    private readonly ref struct Parts(LineHeader? header, bool continues, ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;

        public void Deconstruct(out LineHeader? h, out bool c, out ReadOnlySpan<byte> t)
        {
            h = header;
            c = continues;
            t = _text;
        }
    }
}
