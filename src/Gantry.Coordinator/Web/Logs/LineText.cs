using System.Text;

namespace Gantry.Coordinator.Web.Logs;

/// <summary>The text of a line while it is written: characters and their looks, and what a carriage return left pending.</summary>
internal sealed class LineText
{
    private char[] _text = new char[256];
    private readonly List<LogRun> _runs = [];

    public int Length { get; private set; }

    /// <summary>A carriage return came: the next visible character begins the line anew (progress bars).</summary>
    public bool ReturnPending { get; set; }

    public ReadOnlySpan<char> Text => _text.AsSpan(0, Length);

    public void Clear()
    {
        Length = 0;
        _runs.Clear();
        ReturnPending = false;
    }

    /// <summary>Takes up a line written before.</summary>
    public void Load(LogLine line)
    {
        Clear();
        Reserve(line.Text.Length);
        line.Text.CopyTo(_text);
        Length = line.Text.Length;
        _runs.AddRange(line.Runs);
    }

    /// <summary>Appends UTF-8 text; what is not valid becomes U+FFFD.</summary>
    public void Append(ReadOnlySpan<byte> utf8, LogStyle style)
    {
        if (utf8.IsEmpty)
            return;
        if (ReturnPending)
            Clear();

        Reserve(Encoding.UTF8.GetMaxCharCount(utf8.Length));
        var written = Encoding.UTF8.GetChars(utf8, _text.AsSpan(Length));
        if (!style.IsPlain)
            AddRun(new LogRun(Length, written, style));
        Length += written;
    }

    /// <summary>Drops everything from <paramref name="length"/> on.</summary>
    public void Truncate(int length)
    {
        Length = length;
        while (_runs is [.., var last] && last.Start + last.Length > length)
        {
            _runs.RemoveAt(_runs.Count - 1);
            if (last.Start < length)
                _runs.Add(last with { Length = length - last.Start });
        }
    }

    public string ToText() => new(_text, 0, Length);

    public IReadOnlyList<LogRun> ToRuns() => _runs.Count == 0 ? [] : _runs.ToArray();

    private void AddRun(LogRun run)
    {
        if (_runs is [.., var last] && last.Style == run.Style && last.Start + last.Length == run.Start)
            _runs[^1] = last with { Length = last.Length + run.Length };
        else
            _runs.Add(run);
    }

    private void Reserve(int more)
    {
        if (Length + more > _text.Length)
            Array.Resize(ref _text, Math.Max(_text.Length * 2, Length + more));
    }
}
