using System.Buffers;
using System.Text;

namespace Gantry.Coordinator.Web.Logs;

/// <summary>
/// What physical lines have made of a log so far: visible lines, sections, and per stream the line that may still go on.
/// Not thread-safe. Holds no text but the last line of each stream, so memory does not grow with the log.
/// </summary>
internal sealed class LogScreen
{
    /// <summary>A longer visible line goes on as the next line.</summary>
    public const int MaxLineLength = 64 * 1024;

    // Every C0 control but TAB, and DEL.
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(b => b != '\t').Select(b => (byte)b), 0x7F]);

    private readonly Dictionary<int, Stream> _streams = [];
    private readonly List<int> _open = [];
    private readonly List<LogSection> _sections = [];
    private readonly LineText _text = new();
    private readonly List<LogLine> _changedLines = [];
    private readonly SortedSet<int> _changedSections = [];
    private int _headerless;

    /// <summary>Number of visible lines.</summary>
    public int LineCount { get; private set; }

    /// <summary>A copy that goes its own way; changes not yet taken stay behind.</summary>
    public LogScreen Clone()
    {
        var copy = new LogScreen { LineCount = LineCount, _headerless = _headerless };
        foreach (var (key, stream) in _streams)
            copy._streams.Add(key, stream with { });
        copy._open.AddRange(_open);
        copy._sections.AddRange(_sections);
        return copy;
    }

    /// <summary>Writes one physical line, or a piece of one.</summary>
    /// <param name="header">Its timestamp header; null for a bare line.</param>
    /// <param name="continues">It goes on from the last line of its stream.</param>
    /// <param name="bytes">Text behind the header, without the line end.</param>
    public void Write(LineHeader? header, bool continues, ReadOnlySpan<byte> bytes)
    {
        var key = header?.Stream ?? -1;
        if (!_streams.TryGetValue(key, out var stream))
            _streams.Add(key, stream = new Stream());
        if (!continues)
        {
            GiveHeader(stream);
            stream.Line = null;
            stream.ReturnPending = stream.HadMarker = false;
        }

        stream.Time = header?.Time ?? stream.Time;
        stream.IsError = header?.IsError ?? false;
        if (!continues && stream.Style.IsPlain && bytes.IndexOfAny(Controls) < 0 && bytes.Length <= MaxLineLength)
            Put(stream, Encoding.UTF8.GetString(bytes), []);
        else
            WriteStyled(stream, bytes);
    }

    /// <summary>The log ends: sections that still wait for a header line get one.</summary>
    public void Complete()
    {
        foreach (var stream in _streams.Values.ToList())
            GiveHeader(stream);
    }

    /// <summary>Hands over what changed since the last call; of two with one number the later counts.</summary>
    public void TakeChanges(List<LogLine> lines, List<LogSection> sections)
    {
        lines.AddRange(_changedLines);
        foreach (var id in _changedSections)
            sections.Add(_sections[id - 1]);
        _changedLines.Clear();
        _changedSections.Clear();
    }

    /// <summary>The lines that may still change.</summary>
    public IEnumerable<LogLine> OpenLines() => _streams.Values.Select(stream => stream.Line).OfType<LogLine>();

    /// <summary>Reports again what a draft may have shown differently.</summary>
    public void Restore(IEnumerable<LogLine> lines, IEnumerable<int> sections)
    {
        _changedLines.InsertRange(0, lines);
        _changedSections.UnionWith(sections.Where(id => id <= _sections.Count));
    }

    private void WriteStyled(Stream stream, ReadOnlySpan<byte> bytes)
    {
        _text.Clear();
        if (stream.Line is { } line && !stream.IsPlaceholder)
            _text.Load(line);
        _text.ReturnPending = stream.ReturnPending;
        var wrote = false;
        while (!bytes.IsEmpty)
        {
            var run = bytes.IndexOfAny(Controls);
            var text = run < 0 ? bytes : bytes[..run];
            wrote |= !text.IsEmpty;
            Append(stream, text);
            if (run < 0)
                break;
            bytes = bytes[run..];
            bytes = bytes[Control(stream, bytes, ref wrote)..];
        }

        stream.ReturnPending = _text.ReturnPending;
        // A line of nothing but markers is not shown; an empty line is.
        if (wrote || (stream.Line is null && !stream.HadMarker))
            Put(stream, _text.ToText(), _text.ToRuns());
    }

    private void Append(Stream stream, ReadOnlySpan<byte> text)
    {
        while (_text.Length + text.Length > MaxLineLength && !_text.ReturnPending)
        {
            var cut = Math.Max(0, MaxLineLength - _text.Length);
            while (cut > 0 && cut < text.Length && (text[cut] & 0xC0) == 0x80)
                cut--;
            _text.Append(text[..cut], stream.Style);
            Put(stream, _text.ToText(), _text.ToRuns());
            stream.Line = null;
            _text.Clear();
            text = text[cut..];
        }

        _text.Append(text, stream.Style);
    }

    // Returns how many bytes the control at bytes[0] takes.
    private int Control(Stream stream, ReadOnlySpan<byte> bytes, ref bool wrote)
    {
        if (bytes[0] == '\r')
        {
            if (EraseLength(bytes[1..]) is var erase and > 0 && LogMarker.TryReadAtEnd(_text.Text, out var marker))
            {
                Mark(stream, marker, ref wrote);
                return 1 + erase;
            }

            _text.ReturnPending = true;
            return 1;
        }

        if (bytes[0] != Escapes.Escape)
            return 1;

        var length = Escapes.Length(bytes, out var complete);
        if (!complete || length < 3 || bytes[1] != '[')
            return length;
        if (bytes[length - 1] == 'm' && bytes[2] is not ((byte)'?' or (byte)'>' or (byte)'<' or (byte)'='))
            stream.Style = Sgr.Apply(stream.Style, bytes[2..(length - 1)]);
        else if (_text.ReturnPending && _text.Length > 0 && EraseLength(bytes) > 0)
        {
            _text.Clear();
            _text.ReturnPending = wrote = true;
        }

        return length;
    }

    // ESC [ K and ESC [ 0 K clear to the end of the line, ESC [ 2 K clears all of it: the same in column 0.
    private static int EraseLength(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("\e[0K"u8) || bytes.StartsWith("\e[2K"u8) ? 4 : bytes.StartsWith("\e[K"u8) ? 3 : 0;

    private void Mark(Stream stream, LogMarker marker, ref bool wrote)
    {
        _text.Truncate(marker.Position);
        if (_text.Length > 0)
            Put(stream, _text.ToText(), _text.ToRuns());
        stream.Line = null;
        stream.HadMarker = true;
        _text.Clear();
        wrote = false;
        if (!marker.IsStart)
        {
            Close(marker);
            return;
        }

        GiveHeader(stream);
        stream.Line = null;
        Open(stream, marker);
    }

    private void Open(Stream stream, LogMarker marker)
    {
        var section = new LogSection
        {
            Id = _sections.Count + 1,
            Parent = _open is [.., var parent] ? parent : 0,
            Name = marker.Name,
            Start = marker.Time,
            Collapsed = marker.Collapsed,
            HideDuration = marker.HideDuration,
        };
        _sections.Add(section);
        _open.Add(section.Id);
        _changedSections.Add(section.Id);
        stream.Awaiting = section.Id;
        _headerless++;
    }

    // Sections left open inside are closed with the one that ends.
    private void Close(LogMarker marker)
    {
        var at = _open.FindLastIndex(id => _sections[id - 1].Name == marker.Name);
        if (at < 0)
            return;
        foreach (var id in _open[at..])
        {
            Update(_sections[id - 1] with { End = marker.Time });
            foreach (var stream in _streams.Values.Where(s => s.Awaiting == id))
                StopAwaiting(stream);
        }

        _open.RemoveRange(at, _open.Count - at);
    }

    private void Put(Stream stream, string text, IReadOnlyList<LogRun> runs)
    {
        if (stream.Line is null && _headerless > (stream.Awaiting > 0 ? 1 : 0))
            GiveHeaders(except: stream);
        PutLine(stream, text, runs);
    }

    private void PutLine(Stream stream, string text, IReadOnlyList<LogRun> runs)
    {
        var headerOf = stream.Line?.HeaderOf ?? stream.Awaiting;
        var number = stream.Line?.Number ?? ++LineCount;
        var line = new LogLine
        {
            Number = number,
            Time = stream.Line?.Time ?? stream.Time,
            IsError = stream.IsError,
            Section = stream.Line?.Section ?? (headerOf > 0 ? _sections[headerOf - 1].Parent : _open is [.., var inner] ? inner : 0),
            HeaderOf = headerOf,
            Text = text,
            Runs = runs,
        };
        stream.Line = line;
        stream.IsPlaceholder = false;
        Report(line);
        if (stream.Awaiting > 0)
        {
            Update(_sections[stream.Awaiting - 1] with { HeaderLine = number });
            StopAwaiting(stream);
        }
    }

    // A progress bar changes one line many times between two calls: only its last look is kept.
    private void Report(LogLine line)
    {
        if (_changedLines is [.., var last] && last.Number == line.Number)
            _changedLines[^1] = line;
        else
            _changedLines.Add(line);
    }

    private void GiveHeaders(Stream except)
    {
        foreach (var stream in _streams.Values.Where(s => s != except && s.Awaiting > 0).OrderBy(s => s.Awaiting).ToList())
            GiveHeader(stream);
    }

    // The marker had no title behind it, or a line of another stream came first: the section's name stands in.
    private void GiveHeader(Stream stream)
    {
        if (stream.Awaiting == 0)
            return;
        PutLine(stream, _sections[stream.Awaiting - 1].Name, []);
        stream.IsPlaceholder = true;
    }

    private void StopAwaiting(Stream stream)
    {
        stream.Awaiting = 0;
        _headerless--;
    }

    private void Update(LogSection section)
    {
        _sections[section.Id - 1] = section;
        _changedSections.Add(section.Id);
    }

    private sealed record Stream
    {
        public LogLine? Line { get; set; }

        public LogStyle Style { get; set; }

        public long? Time { get; set; }

        public bool IsError { get; set; }

        public bool ReturnPending { get; set; }

        public bool HadMarker { get; set; }

        /// <summary>Id of the section whose header is the next text of this stream; 0 for none.</summary>
        public int Awaiting { get; set; }

        /// <summary>The line shows a section's name until its title comes.</summary>
        public bool IsPlaceholder { get; set; }
    }
}
