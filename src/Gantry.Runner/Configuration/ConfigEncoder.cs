using System.Globalization;
using System.Text;
using Gantry.Engine.Plans;

namespace Gantry.Runner.Configuration;

/// <summary>
/// Writes tables in the official runner's form: two spaces per level, plain keys before sub-tables, both in the shape's
/// order, maps sorted (official-cli-config §2.4).
/// </summary>
internal sealed class ConfigEncoder
{
    private readonly StringBuilder _text = new();

    /// <summary>A whole document.</summary>
    public static string Document(ConfigTable table)
    {
        var encoder = new ConfigEncoder();
        encoder.Body(table, "", 0);
        return encoder._text.ToString();
    }

    /// <summary>One <c>[[runners]]</c> entry.</summary>
    public static string Runner(ConfigTable table)
    {
        var encoder = new ConfigEncoder();
        encoder.Header("[[runners]]", 0);
        encoder.Body(table, "runners.", 1);
        return encoder._text.ToString();
    }

    /// <summary>A value as it stands behind the equals sign.</summary>
    public static string Value(object value) => value switch
    {
        string text => Quote(text),
        bool boolean => boolean ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double fraction => Fraction(fraction),
        TimeSpan duration => Quote(GoDuration.Format(duration)),
        DateTimeOffset date => date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        IReadOnlyList<string> list => List(list.Select(Quote)),
        IReadOnlyList<long> list => List(list.Select(n => n.ToString(CultureInfo.InvariantCulture))),
        IReadOnlyList<double> list => List(list.Select(Fraction)),
        IReadOnlyList<object> list => List(list.Select(Value)),
        _ => throw new InvalidOperationException($"a {value.GetType().Name} cannot be written as a value"),
    };

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < ' ' or '\x7f' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    private void Body(ConfigTable table, string prefix, int depth)
    {
        foreach (var key in table.Shape.Keys.Where(k => !IsTable(k.Kind)))
        {
            if (Shown(key, table[key.Name]) is { } text)
            {
                Line($"{Name(key.Name)} = {text}", depth);
            }
        }

        foreach (var key in table.Shape.Keys.Where(k => IsTable(k.Kind)))
        {
            SubTable(key, table[key.Name], prefix + Name(key.Name), depth);
        }
    }

    private void SubTable(ConfigKey key, object? value, string path, int depth)
    {
        switch (value)
        {
            case ConfigTable table:
                Header($"[{path}]", depth);
                Body(table, path + ".", depth + 1);
                break;
            case IReadOnlyList<ConfigTable> { Count: 0 }:
                break;
            case IReadOnlyList<ConfigTable> tables:
                foreach (var table in tables)
                {
                    Header($"[[{path}]]", depth);
                    Body(table, path + ".", depth + 1);
                }

                break;
            case null when key is { Kind: ConfigKind.Table, Saved: SavedWhenEmpty.Written }:
                Header($"[{path}]", depth);
                break;
            case null:
                break;
            default:
                var entries = Entries(value);
                if (entries.Count > 0 || key.Saved == SavedWhenEmpty.KeptWhenGiven)
                {
                    Header($"[{path}]", depth);
                    Free(entries, path + ".", depth + 1);
                }

                break;
        }
    }

    private void Free(IReadOnlyList<(string Key, object Value)> entries, string prefix, int depth)
    {
        foreach (var (key, value) in entries.Where(e => e.Value is not IReadOnlyDictionary<string, object>))
        {
            Line($"{Name(key)} = {Value(value)}", depth);
        }

        foreach (var (key, value) in entries.Where(e => e.Value is IReadOnlyDictionary<string, object>))
        {
            Header($"[{prefix}{Name(key)}]", depth);
            Free(Entries(value), $"{prefix}{Name(key)}.", depth + 1);
        }
    }

    private static IReadOnlyList<(string Key, object Value)> Entries(object map) =>
    [
        .. (map switch
        {
            IReadOnlyDictionary<string, string> texts => texts.Select(e => (e.Key, (object)e.Value)),
            IReadOnlyDictionary<string, bool> booleans => booleans.Select(e => (e.Key, (object)e.Value)),
            IReadOnlyDictionary<string, long> numbers => numbers.Select(e => (e.Key, (object)e.Value)),
            IReadOnlyDictionary<string, IReadOnlyList<string>> lists => lists.Select(e => (e.Key, (object)e.Value)),
            IReadOnlyDictionary<string, object> free => free.Select(e => (e.Key, e.Value)),
            _ => throw new InvalidOperationException($"a {map.GetType().Name} is no table"),
        }).OrderBy(e => e.Key, StringComparer.Ordinal),
    ];

    /// <summary>Null: the key is left out.</summary>
    private static string? Shown(ConfigKey key, object? value)
    {
        if (value is null)
        {
            return key.Saved == SavedWhenEmpty.Written ? key.DefaultText ?? Zero(key.Kind) : null;
        }

        var keeps = key.Saved != SavedWhenEmpty.Omitted
            || key.Kind is ConfigKind.OptionalBoolean or ConfigKind.OptionalNumber or ConfigKind.OptionalDuration or ConfigKind.OptionalText;
        return keeps || !IsZero(value) ? Value(value) : null;
    }

    private static bool IsZero(object value) => value switch
    {
        string text => text.Length == 0,
        bool boolean => !boolean,
        long number => number == 0,
        double fraction => fraction == 0,
        IReadOnlyCollection<string> list => list.Count == 0,
        IReadOnlyCollection<long> list => list.Count == 0,
        IReadOnlyCollection<double> list => list.Count == 0,
        _ => false,
    };

    private static string? Zero(ConfigKind kind) => kind switch
    {
        ConfigKind.Text => "\"\"",
        ConfigKind.Boolean => "false",
        ConfigKind.Number => "0",
        ConfigKind.Fraction => "0.0",
        ConfigKind.Duration => "\"0s\"",
        ConfigKind.Date => "0001-01-01T00:00:00Z",
        _ => null,
    };

    private static bool IsTable(ConfigKind kind) => kind is ConfigKind.Table or ConfigKind.Tables or ConfigKind.FreeTable
        or ConfigKind.TextMap or ConfigKind.BooleanMap or ConfigKind.NumberMap or ConfigKind.TextListMap;

    private static string Name(string key) =>
        key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? key : Quote(key);

    private static string Fraction(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E', 'N') >= 0 || text.Contains("Inf", StringComparison.Ordinal) ? text : text + ".0";
    }

    private static string List(IEnumerable<string> items) => "[" + string.Join(", ", items) + "]";

    private void Header(string header, int depth)
    {
        if (depth == 0 && _text.Length > 0)
        {
            _text.Append('\n');
        }

        Line(header, depth);
    }

    private void Line(string line, int depth) => _text.Append(' ', depth * 2).Append(line).Append('\n');
}
