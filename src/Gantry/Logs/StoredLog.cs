using System.Text;

namespace Gantry.Logs;

/// <summary>
/// Reads a stored job log piece by piece and gives the lines a person wants to see: without the time stamps at the
/// start of each line and without section markers; continued lines are joined (official-job-protocol §3.6, §3.8).
/// </summary>
internal sealed class StoredLog
{
    private const int HeaderLength = 32;

    private readonly List<byte> _rest = [];
    private readonly Stack<string> _sections = new();
    private string? _open;

    /// <summary>Takes the next bytes; gives the lines that they complete.</summary>
    public IReadOnlyList<StoredLine> Push(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<StoredLine>();
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            _rest.AddRange(bytes[..end]);
            bytes = bytes[(end + 1)..];
            Take(Encoding.UTF8.GetString([.. _rest]), lines);
            _rest.Clear();
        }

        _rest.AddRange(bytes);
        return lines;
    }

    /// <summary>The log has ended: what is left.</summary>
    public IReadOnlyList<StoredLine> Finish()
    {
        var lines = new List<StoredLine>();
        if (_rest.Count > 0)
        {
            Take(Encoding.UTF8.GetString([.. _rest]), lines);
            _rest.Clear();
        }

        Close(lines);
        return lines;
    }

    private void Take(string raw, List<StoredLine> lines)
    {
        var stamped = raw.Length >= HeaderLength && raw[4] == '-' && raw[26] == 'Z' && raw[27] == ' ' && raw[30] is 'O' or 'E';
        var continued = stamped && raw[31] == '+';
        var text = stamped ? raw[HeaderLength..] : raw;
        if (continued)
        {
            _open += text;
            return;
        }

        Close(lines);
        _open = text;
        if (!stamped)
        {
            Close(lines);
        }
    }

    private void Close(List<StoredLine> lines)
    {
        if (_open is not { } line)
        {
            return;
        }

        _open = null;
        var marked = false;
        while (Marker(line) is { } behind)
        {
            marked = true;
            line = behind;
        }

        line = line.TrimEnd('\r');
        var last = line.LastIndexOf('\r');
        line = last < 0 ? line : line[(last + 1)..];
        // A line that is nothing but markers disappears; text behind a marker stays.
        if (!marked || PlainText.WithoutEscapes(line).Length > 0)
        {
            lines.Add(new StoredLine(line, _sections.Count > 0 ? _sections.Peek() : "", IsTitle: marked));
        }
    }

    // section_start:TIME:NAME[options] and section_end:TIME:NAME, each ended by a carriage return. What is behind it, or null.
    private string? Marker(string line)
    {
        var start = line.StartsWith("\e[0K", StringComparison.Ordinal) ? 4 : 0;
        var rest = line.AsSpan(start);
        var opens = rest.StartsWith("section_start:");
        if (!opens && !rest.StartsWith("section_end:"))
        {
            return null;
        }

        var end = line.IndexOf('\r', StringComparison.Ordinal);
        var marker = (end < 0 ? line[start..] : line[start..end]).Split(':', 3);
        var name = marker.Length == 3 ? marker[2].Split('[')[0] : "";
        if (opens)
        {
            _sections.Push(name);
        }
        else if (_sections.Contains(name))
        {
            while (_sections.Pop() != name)
            {
                // A section that was not closed ends with the one around it.
            }
        }

        return end < 0 ? "" : line[(end + 1)..];
    }
}

/// <param name="Text">With colours.</param>
/// <param name="Section">The innermost section it is in, such as <c>step_script</c>; empty outside of all.</param>
/// <param name="IsTitle">Stands on the line of a section marker.</param>
internal sealed record StoredLine(string Text, string Section, bool IsTitle);
