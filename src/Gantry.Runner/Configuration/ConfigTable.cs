namespace Gantry.Runner.Configuration;

/// <summary>
/// One table of <c>config.toml</c> after its keys were checked against a <see cref="ConfigShape"/>: values have the type
/// the key takes. Asking for a key that the shape does not have, or by another type, is a mistake of the program and
/// throws. Not thread-safe while it is being filled; immutable afterwards.
/// </summary>
public sealed class ConfigTable
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    internal ConfigTable(ConfigShape shape) => Shape = shape;

    public ConfigShape Shape { get; }

    /// <summary>The key was given, with whatever value.</summary>
    public bool Has(string key) => _values.ContainsKey(Known(key).Name);

    /// <summary>Line of the key in its file, from 1; 0 when it came from elsewhere.</summary>
    public int LineOf(string key) => _lines.GetValueOrDefault(Known(key).Name);

    /// <summary>Empty when unset.</summary>
    public string Text(string key) => Get(key, ConfigKind.Text, ConfigKind.OptionalText) as string ?? "";

    public string? OptionalText(string key) => Get(key, ConfigKind.Text, ConfigKind.OptionalText) as string;

    public bool Boolean(string key) => OptionalBoolean(key) ?? false;

    public bool? OptionalBoolean(string key) => Get(key, ConfigKind.Boolean, ConfigKind.OptionalBoolean) as bool?;

    public long Number(string key) => OptionalNumber(key) ?? 0;

    public long? OptionalNumber(string key) => Get(key, ConfigKind.Number, ConfigKind.OptionalNumber) as long?;

    public double Fraction(string key) => Get(key, ConfigKind.Fraction) as double? ?? 0;

    public TimeSpan? Duration(string key) => Get(key, ConfigKind.Duration, ConfigKind.OptionalDuration) as TimeSpan?;

    /// <summary>Null when unset or Go's zero time.</summary>
    public DateTimeOffset? Date(string key) => Get(key, ConfigKind.Date) as DateTimeOffset? is { } date && date > DateTimeOffset.MinValue ? date : null;

    public IReadOnlyList<string> TextList(string key) => Get(key, ConfigKind.TextList, ConfigKind.TextOrList) as IReadOnlyList<string> ?? [];

    public IReadOnlyList<long> NumberList(string key) => Get(key, ConfigKind.NumberList) as IReadOnlyList<long> ?? [];

    public IReadOnlyList<double> FractionList(string key) => Get(key, ConfigKind.FractionList) as IReadOnlyList<double> ?? [];

    public IReadOnlyDictionary<string, string> TextMap(string key) => Map<string>(key, ConfigKind.TextMap);

    public IReadOnlyDictionary<string, bool> BooleanMap(string key) => Map<bool>(key, ConfigKind.BooleanMap);

    public IReadOnlyDictionary<string, long> NumberMap(string key) => Map<long>(key, ConfigKind.NumberMap);

    public IReadOnlyDictionary<string, IReadOnlyList<string>> TextListMap(string key) => Map<IReadOnlyList<string>>(key, ConfigKind.TextListMap);

    /// <summary>Values are text, integers, floats, booleans, lists of them and tables of them; null when unset.</summary>
    public IReadOnlyDictionary<string, object>? FreeTable(string key) => Get(key, ConfigKind.FreeTable) as IReadOnlyDictionary<string, object>;

    /// <summary>Null when the file has no such table.</summary>
    public ConfigTable? Table(string key) => Get(key, ConfigKind.Table) as ConfigTable;

    /// <summary>The table, or one without values.</summary>
    public ConfigTable TableOrEmpty(string key) => Table(key) ?? new ConfigTable(Known(key).Shape!);

    public IReadOnlyList<ConfigTable> Tables(string key) => Get(key, ConfigKind.Tables) as IReadOnlyList<ConfigTable> ?? [];

    /// <summary>The raw value; null when unset.</summary>
    internal object? this[string key] => _values.GetValueOrDefault(Known(key).Name);

    /// <summary>The value must have the type that the readers above give for the key's kind.</summary>
    internal void Set(string key, object value, int line = 0)
    {
        var name = Known(key).Name;
        _values[name] = value;
        _lines[name] = line;
    }

    internal void Remove(string key) => _values.Remove(Known(key).Name);

    /// <summary>The table, made when there is none.</summary>
    internal ConfigTable Grow(string key)
    {
        if (Table(key) is { } table)
        {
            return table;
        }

        table = new ConfigTable(Known(key).Shape!);
        Set(key, table);
        return table;
    }

    private IReadOnlyDictionary<string, T> Map<T>(string key, ConfigKind kind) =>
        Get(key, kind) as IReadOnlyDictionary<string, T> ?? new Dictionary<string, T>();

    private object? Get(string key, ConfigKind kind, ConfigKind? orElse = null)
    {
        var known = Known(key);
        return known.Kind == kind || known.Kind == orElse
            ? _values.GetValueOrDefault(known.Name)
            : throw new InvalidOperationException($"the key {key} is a {known.Kind}, not a {kind}");
    }

    private ConfigKey Known(string key) => Shape.Find(key) ?? throw new InvalidOperationException($"there is no key {key} in this table");
}
