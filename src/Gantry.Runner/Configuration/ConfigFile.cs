using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Gantry.Runner.Configuration;

/// <summary>
/// Edits <c>config.toml</c> without touching anything else in it: comments, order, spacing and unknown keys survive,
/// which the official runner's own rewriting loses. Not thread-safe.
/// </summary>
public sealed class ConfigFile
{
    private readonly string _path;
    private string _text;

    private ConfigFile(string path, string text, bool exists)
    {
        _path = path;
        _text = text;
        Exists = exists;
        Document = ConfigReader.Parse(text, path);
    }

    /// <summary>The file was there when it was opened, or has been saved.</summary>
    public bool Exists { get; private set; }

    /// <summary>What the text says now.</summary>
    public ConfigDocument Document { get; private set; }

    /// <summary>The text as it would be saved.</summary>
    public string Text => _text;

    /// <summary>A missing file is an empty one.</summary>
    /// <exception cref="ConfigurationException">The file is malformed: it is not edited then.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ConfigFile Open(string path)
    {
        var exists = File.Exists(path);
        return new ConfigFile(path, exists ? File.ReadAllText(path) : "", exists);
    }

    /// <summary>A new file with the official global keys and no entries.</summary>
    public static void CreateEmpty(string path)
    {
        var file = Open(path);
        file.Replace(file.Start());
        file.Save();
    }

    /// <summary>Adds an entry at the end, in the official form. A new file gets the official global keys too.</summary>
    public void AppendRunner(ConfigTable runner)
    {
        RefuseInlineRunners();
        var start = Start();
        var newLine = NewLine();
        var separator = start.EndsWith('\n') ? newLine : newLine + newLine;
        Replace(start + separator + ConfigEncoder.Runner(runner).ReplaceLineEndings(newLine));
    }

    /// <summary>Removes an entry with its tables and the comments right above them.</summary>
    public void RemoveRunner(int index)
    {
        RefuseInlineRunners();
        var blocks = Blocks().Where(b => b.Runner == index).OrderByDescending(b => b.Start).ToArray();
        if (blocks.Length == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, "there is no such entry");
        }

        var text = _text;
        foreach (var block in blocks)
        {
            text = text.Remove(block.Start, block.End - block.Start);
        }

        Replace(text);
    }

    /// <summary>Sets a plain key of an entry: in place when it is there, else below its last plain key.</summary>
    /// <param name="index">Of the entry, from 0.</param>
    /// <param name="key">Such as <c>token</c>.</param>
    /// <param name="value">Text, number, date, duration, boolean or list.</param>
    public void SetRunnerKey(int index, string key, object value)
    {
        RefuseInlineRunners();
        var entry = Headers().Single(h => h.Runner == index && h.Table is TableArraySyntax && h.Names.Count == 1).Table;
        var encoded = ConfigEncoder.Value(value);
        KeyValueSyntax? last = null;
        foreach (var item in entry.Items)
        {
            last = item;
            if (RawToml.Names(item.Key) is [var name] && name.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                var span = item.Value!.Span;
                Replace(_text[..span.Start.Offset] + encoded + _text[(span.End.Offset + 1)..]);
                return;
            }
        }

        var after = LineEnd(last is null ? entry.CloseBracket!.Span.End.Offset : last.Value!.Span.End.Offset);
        var indent = last is null ? "  " : Indent(last.Span.Start.Offset);
        Replace(_text.Insert(after, $"{NewLine()}{indent}{key} = {encoded}"));
    }

    /// <summary>Writes the file with mode 0600, in one step; makes its folder with 0700 when needed.</summary>
    public void Save()
    {
        PrivateFile.Write(_path, _text);
        Exists = true;
    }

    private string Start()
    {
        if (_text.Length > 0)
        {
            return _text;
        }

        var global = new ConfigTable(Document.Table.Shape);
        global.Grow("session_server");
        return ConfigEncoder.Document(global);
    }

    private void Replace(string text)
    {
        // Read again at once: an edit that would break the file is found before it is saved.
        Document = ConfigReader.Parse(text, _path);
        _text = text;
    }

    private void RefuseInlineRunners()
    {
        foreach (var item in Syntax().KeyValues)
        {
            if (RawToml.Names(item.Key) is [var name, ..] && name.Equals("runners", StringComparison.OrdinalIgnoreCase))
            {
                throw new ConfigurationException(
                [
                    new ConfigProblem(_path, RawToml.Line(item), name, "the entries stand in one line and are not edited; write each as [[runners]]"),
                ]);
            }
        }
    }

    private DocumentSyntax Syntax() => SyntaxParser.Parse(_text, _path, validate: true);

    /// <summary>Every table header, and which entry it belongs to (-1: none).</summary>
    private List<(TableSyntaxBase Table, List<string> Names, int Runner)> Headers()
    {
        var headers = new List<(TableSyntaxBase, List<string>, int)>();
        var current = -1;
        foreach (var table in Syntax().Tables)
        {
            var names = RawToml.Names(table.Name);
            var ours = names.Count > 0 && names[0].Equals("runners", StringComparison.OrdinalIgnoreCase);
            current += ours && names.Count == 1 && table is TableArraySyntax ? 1 : 0;
            headers.Add((table, names, ours ? current : -1));
        }

        return headers;
    }

    /// <summary>The text of every table, comments right above its header included.</summary>
    private List<(int Start, int End, int Runner)> Blocks()
    {
        var headers = Headers();
        var starts = headers.ConvertAll(h => BlockStart(h.Table.OpenBracket!.Span.Start.Offset));
        return [.. headers.Select((h, i) => (starts[i], i + 1 < starts.Count ? starts[i + 1] : _text.Length, h.Runner))];
    }

    private int BlockStart(int headerOffset)
    {
        var start = LineStart(headerOffset);
        while (start > 0)
        {
            var above = LineStart(start - 1);
            if (!_text.AsSpan(above, start - above).TrimStart().StartsWith("#"))
            {
                break;
            }

            start = above;
        }

        return start;
    }

    private int LineStart(int offset) => offset == 0 ? 0 : _text.LastIndexOf('\n', offset - 1) + 1;

    /// <summary>Before the line's end, comments behind the value included.</summary>
    private int LineEnd(int offset)
    {
        var end = _text.IndexOf('\n', offset);
        end = end < 0 ? _text.Length : end;
        return end > 0 && _text[end - 1] == '\r' ? end - 1 : end;
    }

    private string Indent(int offset)
    {
        var start = LineStart(offset);
        return _text[start..].TrimStart(' ', '\t') is var rest ? _text[start..(_text.Length - rest.Length)] : "";
    }

    private string NewLine() => _text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
}
