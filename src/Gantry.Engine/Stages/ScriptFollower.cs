using System.Text;
using Gantry.Engine.Shells;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Stages;

/// <summary>
/// A log that notices which line of the user's script has begun: every shell shows a line before it runs, so the script needs
/// no addition. One script per instance.
/// </summary>
internal sealed class ScriptFollower : IJobLog, ISettledLog
{
    private const int LongestPattern = 200;

    private readonly IJobLog _log;
    private readonly List<ScriptLine> _lines = [];
    private byte[] _pattern = [];
    private byte[] _rest = [];
    private int _restLength;
    private int _next;

    public ScriptFollower(IJobLog log, IReadOnlyList<Statement> statements)
    {
        _log = log;
        foreach (var script in statements.OfType<Statement.UserScript>())
        {
            for (var i = 0; i < script.Lines.Count; i++)
            {
                _lines.Add(new ScriptLine(script.Section, i + 1, script.Lines.Count, script.Lines[i].Trim()));
            }
        }

        _next = -1;
        Expect();
    }

    /// <summary>The line that began last; null before the first.</summary>
    public ScriptLine? Current { get; private set; }

    public void Line(string text) => _log.Line(text);

    public void Info(string text) => _log.Info(text);

    public void Warning(string text) => _log.Warning(text);

    public void Error(string text) => _log.Error(text);

    public IDisposable Section(string name) => _log.Section(name);

    public long? SettledAt(LogStream stream) => (_log as ISettledLog)?.SettledAt(stream);

    public void Write(LogStream stream, ReadOnlySpan<byte> bytes)
    {
        _log.Write(stream, bytes);
        if (stream == LogStream.ScriptOutput && _pattern.Length > 0)
        {
            Scan(bytes);
        }
    }

    private void Scan(ReadOnlySpan<byte> bytes)
    {
        // A line that straddles two writes is found in the end of the one and the begin of the other.
        if (_restLength > 0)
        {
            var head = bytes[..Math.Min(bytes.Length, _pattern.Length - 1)];
            byte[] seam = [.. _rest.AsSpan(0, _restLength), .. head];
            var at = seam.AsSpan().IndexOf(_pattern);
            if (at >= 0)
            {
                var used = at + _pattern.Length - _restLength;
                _restLength = 0;
                Begin();
                bytes = bytes[used..];
            }
        }

        while (_pattern.Length > 0 && bytes.IndexOf(_pattern) is >= 0 and var found)
        {
            bytes = bytes[(found + _pattern.Length)..];
            _restLength = 0;
            Begin();
        }

        Keep(bytes);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var most = Math.Max(0, _pattern.Length - 1);
        if (bytes.Length < most && _restLength > 0)
        {
            byte[] all = [.. _rest.AsSpan(0, _restLength), .. bytes];
            Keep(all, most);
            return;
        }

        Keep(bytes, most);
    }

    private void Keep(ReadOnlySpan<byte> bytes, int most)
    {
        var kept = bytes[Math.Max(0, bytes.Length - most)..];
        if (_rest.Length < kept.Length)
        {
            _rest = new byte[Math.Max(kept.Length, LongestPattern)];
        }

        kept.CopyTo(_rest);
        _restLength = kept.Length;
    }

    private void Begin()
    {
        Current = _lines[_next];
        Expect();
    }

    private void Expect()
    {
        do
        {
            _next++;
        }
        while (_next < _lines.Count && _lines[_next].Text.Length == 0);
        _pattern = _next < _lines.Count ? Pattern(_lines[_next]) : [];
    }

    private static byte[] Pattern(ScriptLine line)
    {
        var bytes = Encoding.UTF8.GetBytes($"{Ansi.BoldGreen}$ {line.FirstLine}");
        return bytes.Length <= LongestPattern ? bytes : bytes[..LongestPattern];
    }
}

/// <summary>One entry of a script.</summary>
/// <param name="Section"><c>script_step</c>, <c>pre_build_script</c>, …</param>
/// <param name="Number">From 1.</param>
/// <param name="Count">Of the script's entries.</param>
/// <param name="Text">Without blanks around it; may have several lines.</param>
internal sealed record ScriptLine(string Section, int Number, int Count, string Text)
{
    public string FirstLine => Text.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var end ? Text[..end].TrimEnd('\r') : Text;
}
