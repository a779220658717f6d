using System.Text;

namespace Gantry.Demo;

/// <summary>
/// Reads a stored job log piece by piece and gives the lines a person wants to see: without the time stamps at the
/// start of each line and without section markers; continued lines are joined (official-job-protocol §3.6, §3.8).
/// </summary>
internal sealed class StoredLog
{
    private const int HeaderLength = 32;

    private readonly List<byte> _rest = [];
    private string? _open;

    /// <summary>Takes the next bytes; gives the lines that they complete.</summary>
    public IReadOnlyList<string> Push(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        foreach (var value in bytes)
        {
            if (value != (byte)'\n')
            {
                _rest.Add(value);
                continue;
            }

            Take(Encoding.UTF8.GetString([.. _rest]), lines);
            _rest.Clear();
        }

        return lines;
    }

    /// <summary>The log has ended: what is left.</summary>
    public IReadOnlyList<string> Finish()
    {
        var lines = new List<string>();
        if (_rest.Count > 0)
        {
            Take(Encoding.UTF8.GetString([.. _rest]), lines);
            _rest.Clear();
        }

        Close(lines);
        return lines;
    }

    private void Take(string raw, List<string> lines)
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

    private void Close(List<string> lines)
    {
        if (_open is not { } line)
        {
            return;
        }

        _open = null;
        line = WithoutMarkers(line);
        if (line is not null)
        {
            lines.Add(line);
        }
    }

    // A line that is nothing but markers disappears; text behind a marker stays.
    private static string? WithoutMarkers(string line)
    {
        var marked = false;
        while (line.StartsWith("section_start:", StringComparison.Ordinal) || line.StartsWith("section_end:", StringComparison.Ordinal)
            || line.StartsWith("\e[0Ksection_", StringComparison.Ordinal))
        {
            marked = true;
            var end = line.IndexOf('\r', StringComparison.Ordinal);
            line = end < 0 ? "" : line[(end + 1)..];
        }

        var last = line.TrimEnd('\r').LastIndexOf('\r');
        line = last < 0 ? line.TrimEnd('\r') : line.TrimEnd('\r')[(last + 1)..];
        return marked && PlainText.WithoutEscapes(line).Length == 0 ? null : line;
    }
}
