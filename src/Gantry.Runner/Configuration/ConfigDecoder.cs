using System.Globalization;
using Gantry.Engine.Plans;

namespace Gantry.Runner.Configuration;

/// <summary>
/// Checks raw values against a shape. No coercion between text, numbers and booleans; an integer for a float is fine,
/// a float for an integer is not; keys match without case when not exactly (official-cli-config §2.1).
/// </summary>
internal sealed class ConfigDecoder(string file)
{
    public List<ConfigProblem> Problems { get; } = [];

    public List<UnknownKey> UnknownKeys { get; } = [];

    public ConfigTable Decode(RawTable raw, ConfigShape shape) => Decode(raw, shape, "");

    private ConfigTable Decode(RawTable raw, ConfigShape shape, string prefix)
    {
        var table = new ConfigTable(shape);
        foreach (var (name, node) in raw.Items)
        {
            var path = prefix + name;
            if (shape.Find(name) is not { } key)
            {
                AddUnknown(path, node, Engine.Spelling.Nearest(name, shape.Keys.Select(k => k.Name)));
                continue;
            }

            if (name != key.Name && raw.Items.ContainsKey(key.Name))
            {
                continue; // The exact spelling is there too and wins.
            }

            if (Value(key, node, path) is { } value)
            {
                table.Set(key.Name, value, node.Line);
            }
        }

        if (shape.Required is { } required && required.Where(k => table.Text(k).Length == 0).ToArray() is { Length: > 0 } missing)
        {
            var line = raw.Items.Values.Select(n => n.Line).DefaultIfEmpty(0).Min();
            Add(line, prefix.TrimEnd('.'), $"missing required fields: {string.Join(", ", missing)}");
        }

        return table;
    }

    private object? Value(ConfigKey key, RawNode node, string path)
    {
        switch (key.Kind)
        {
            case ConfigKind.Text or ConfigKind.OptionalText:
                return node.Value as string ?? Mismatch<string>(node, path, "string");
            case ConfigKind.Boolean or ConfigKind.OptionalBoolean:
                return node.Value is bool boolean ? boolean : Mismatch<object>(node, path, "boolean");
            case ConfigKind.Number or ConfigKind.OptionalNumber:
                return node.Value is long integer ? integer : Mismatch<object>(node, path, "integer");
            case ConfigKind.Fraction:
                return Number(node) is { } number ? number : Mismatch<object>(node, path, "float");
            case ConfigKind.Duration or ConfigKind.OptionalDuration:
                return Duration(node, path) is { } duration ? duration : null;
            case ConfigKind.Date:
                return node.Value is DateTimeOffset date ? date : Mismatch<object>(node, path, "time.Time");
            case ConfigKind.TextList:
                return List(node, path, item => item.Value as string, "string");
            case ConfigKind.NumberList:
                return List(node, path, item => item.Value as long?, "integer");
            case ConfigKind.FractionList:
                return List(node, path, Number, "float");
            case ConfigKind.TextOrList:
                return node.Value is string one ? (IReadOnlyList<string>)[one] : List(node, path, item => item.Value as string, "string");
            case ConfigKind.TextMap:
                return Map(node, path, item => item.Value as string, "string");
            case ConfigKind.BooleanMap:
                return Map(node, path, item => item.Value as bool?, "boolean");
            case ConfigKind.NumberMap:
                return Map(node, path, item => item.Value as long?, "integer");
            case ConfigKind.TextListMap:
                return TextListMap(node, path);
            case ConfigKind.FreeTable:
                return node.Value is RawTable free ? Free(free) : Mismatch<object>(node, path, "table");
            case ConfigKind.Table:
                return node.Value is RawTable table ? Decode(table, key.Shape!, path + ".") : Mismatch<object>(node, path, "table");
            default:
                return Tables(key, node, path);
        }
    }

    private List<ConfigTable>? Tables(ConfigKey key, RawNode node, string path)
    {
        if (node.Value is not List<RawNode> items)
        {
            return Mismatch<List<ConfigTable>>(node, path, "slice");
        }

        var tables = new List<ConfigTable>();
        foreach (var item in items)
        {
            if (item.Value is RawTable table)
            {
                tables.Add(Decode(table, key.Shape!, path + "."));
            }
            else
            {
                Mismatch<object>(item, path, "table");
            }
        }

        return tables;
    }

    private TimeSpan? Duration(RawNode node, string path)
    {
        switch (node.Value)
        {
            case long nanoseconds:
                return TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
            case string text when GoDuration.TryParse(text, out var value):
                return value;
            case string text:
                Add(node.Line, path, $"invalid duration: \"{text}\"; write it like \"1h30m\", \"90s\" or \"500ms\"");
                return null;
            default:
                Mismatch<object>(node, path, "time.Duration");
                return null;
        }
    }

    private static double? Number(RawNode node) => node.Value switch
    {
        double number => number,
        long integer => integer,
        _ => null,
    };

    private List<T>? List<T>(RawNode node, string path, Func<RawNode, T?> read, string type)
        where T : class =>
        Items(node, path, item => read(item) is { } value ? (true, value) : (false, null!), type);

    private List<T>? List<T>(RawNode node, string path, Func<RawNode, T?> read, string type)
        where T : struct =>
        Items(node, path, item => read(item) is { } value ? (true, value) : (false, default(T)), type);

    private List<T>? Items<T>(RawNode node, string path, Func<RawNode, (bool Ok, T Value)> read, string type)
    {
        if (node.Value is not List<RawNode> items)
        {
            return Mismatch<List<T>>(node, path, "slice");
        }

        var values = new List<T>(items.Count);
        foreach (var item in items)
        {
            if (read(item) is (true, var value))
            {
                values.Add(value);
            }
            else
            {
                Mismatch<object>(item, path, type);
            }
        }

        return values;
    }

    private Dictionary<string, T>? Map<T>(RawNode node, string path, Func<RawNode, T?> read, string type)
        where T : class =>
        Entries(node, path, item => read(item) is { } value ? (true, value) : (false, null!), type);

    private Dictionary<string, T>? Map<T>(RawNode node, string path, Func<RawNode, T?> read, string type)
        where T : struct =>
        Entries(node, path, item => read(item) is { } value ? (true, value) : (false, default(T)), type);

    private Dictionary<string, T>? Entries<T>(RawNode node, string path, Func<RawNode, (bool Ok, T Value)> read, string type)
    {
        if (node.Value is not RawTable table)
        {
            return Mismatch<Dictionary<string, T>>(node, path, "map");
        }

        var values = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, item) in table.Items)
        {
            if (read(item) is (true, var value))
            {
                values[name] = value;
            }
            else
            {
                Mismatch<object>(item, $"{path}.{name}", type);
            }
        }

        return values;
    }

    private Dictionary<string, IReadOnlyList<string>>? TextListMap(RawNode node, string path)
    {
        if (node.Value is not RawTable table)
        {
            return Mismatch<Dictionary<string, IReadOnlyList<string>>>(node, path, "map");
        }

        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (name, item) in table.Items)
        {
            if (List(item, $"{path}.{name}", i => i.Value as string, "string") is { } list)
            {
                values[name] = list;
            }
        }

        return values;
    }

    private static Dictionary<string, object> Free(RawTable table) =>
        table.Items.ToDictionary(i => i.Key, i => FreeValue(i.Value), StringComparer.Ordinal);

    private static object FreeValue(RawNode node) => node.Value switch
    {
        RawTable table => Free(table),
        List<RawNode> list => list.ConvertAll(FreeValue),
        DateTimeOffset date => date.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture),
        var plain => plain,
    };

    private void AddUnknown(string path, RawNode node, string? meant)
    {
        UnknownKeys.Add(new UnknownKey(path, node.Line, meant));
        if (node.Value is RawTable table)
        {
            foreach (var (name, item) in table.Items)
            {
                AddUnknown($"{path}.{name}", item, null);
            }
        }
    }

    private T? Mismatch<T>(RawNode node, string path, string wanted)
        where T : class
    {
        var given = node.Value switch
        {
            string => "string",
            long => "int64",
            double => "float64",
            bool => "bool",
            DateTimeOffset => "time.Time",
            RawTable => "map[string]any",
            _ => "[]any",
        };
        var fix = (given, wanted) switch
        {
            ("int64" or "float64" or "bool", "string") => "; put the value in quotes",
            ("string", "integer" or "float" or "boolean") => "; write the value without quotes",
            ("string", "slice") => "; write a list: [\"…\"]",
            ("map[string]any", "slice") => $"; write [[{path}]] with two brackets",
            _ => "",
        };
        Add(node.Line, path, $"incompatible types: TOML value has type {given}; destination has type {wanted}{fix}");
        return null;
    }

    private void Add(int line, string key, string message) => Problems.Add(new ConfigProblem(file, line, key, message));
}
