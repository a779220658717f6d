namespace Gantry.Runner.Configuration;

/// <summary>What a key of <c>config.toml</c> takes. "Optional": unset differs from zero.</summary>
public enum ConfigKind
{
    Text,
    OptionalText,
    Boolean,
    OptionalBoolean,
    Number,
    OptionalNumber,
    Fraction,

    /// <summary>Go's duration text, or an integer of nanoseconds.</summary>
    Duration,
    OptionalDuration,
    Date,
    TextList,
    NumberList,
    FractionList,

    /// <summary>One text or a list of texts.</summary>
    TextOrList,
    TextMap,
    BooleanMap,
    NumberMap,
    TextListMap,

    /// <summary>A table of any content.</summary>
    FreeTable,
    Table,
    Tables,
}

/// <summary>How a key is saved when it has no value or the zero value (official-cli-config §2.4, "Unset is saved as").</summary>
internal enum SavedWhenEmpty
{
    Omitted,

    /// <summary>Left out when unset; an empty list that was given stays.</summary>
    KeptWhenGiven,

    /// <summary>Always written.</summary>
    Written,
}

/// <summary>One key of a table: its name, what it takes, and the command line flags and environment variable that set it.</summary>
public sealed record ConfigKey
{
    private ConfigKey(string name, ConfigKind kind, ConfigShape? shape = null)
    {
        Name = name;
        Kind = kind;
        Shape = shape;
    }

    public string Name { get; }

    public ConfigKind Kind { get; }

    /// <summary>The keys inside, of <see cref="ConfigKind.Table"/> and <see cref="ConfigKind.Tables"/>.</summary>
    public ConfigShape? Shape { get; }

    /// <summary>With dashes, such as <c>-u</c> and <c>--url</c>. Empty: the key has no flag.</summary>
    public IReadOnlyList<string> Flags { get; private init; } = [];

    /// <summary>The environment variable of the flag; null: none.</summary>
    public string? Environment { get; private init; }

    /// <summary>The value must not appear in logs.</summary>
    public bool IsSecret { get; private init; }

    internal SavedWhenEmpty Saved { get; private init; }

    /// <summary>What is written for an unset key instead of the kind's zero.</summary>
    internal string? DefaultText { get; private init; }

    internal static ConfigKey Text(string name) => new(name, ConfigKind.Text);

    internal static ConfigKey OptionalText(string name) => new(name, ConfigKind.OptionalText);

    internal static ConfigKey Boolean(string name) => new(name, ConfigKind.Boolean);

    internal static ConfigKey OptionalBoolean(string name) => new(name, ConfigKind.OptionalBoolean);

    internal static ConfigKey Number(string name) => new(name, ConfigKind.Number);

    internal static ConfigKey OptionalNumber(string name) => new(name, ConfigKind.OptionalNumber);

    internal static ConfigKey Fraction(string name) => new(name, ConfigKind.Fraction);

    internal static ConfigKey Duration(string name) => new(name, ConfigKind.Duration);

    internal static ConfigKey OptionalDuration(string name) => new(name, ConfigKind.OptionalDuration);

    internal static ConfigKey Date(string name) => new(name, ConfigKind.Date);

    internal static ConfigKey TextList(string name) => new(name, ConfigKind.TextList);

    internal static ConfigKey NumberList(string name) => new(name, ConfigKind.NumberList);

    internal static ConfigKey FractionList(string name) => new(name, ConfigKind.FractionList);

    internal static ConfigKey TextOrList(string name) => new(name, ConfigKind.TextOrList);

    internal static ConfigKey TextMap(string name) => new(name, ConfigKind.TextMap);

    internal static ConfigKey BooleanMap(string name) => new(name, ConfigKind.BooleanMap);

    internal static ConfigKey NumberMap(string name) => new(name, ConfigKind.NumberMap);

    internal static ConfigKey TextListMap(string name) => new(name, ConfigKind.TextListMap);

    internal static ConfigKey FreeTable(string name) => new(name, ConfigKind.FreeTable);

    internal static ConfigKey Table(string name, ConfigShape shape) => new(name, ConfigKind.Table, shape);

    internal static ConfigKey Tables(string name, ConfigShape shape) => new(name, ConfigKind.Tables, shape);

    /// <param name="names">Comma-separated, with dashes.</param>
    /// <param name="environment">Null: the flag has no variable.</param>
    internal ConfigKey Flag(string names, string? environment = null) => this with { Flags = names.Split(','), Environment = environment };

    internal ConfigKey Secret() => this with { IsSecret = true };

    internal ConfigKey KeptWhenEmpty() => this with { Saved = SavedWhenEmpty.KeptWhenGiven };

    internal ConfigKey Written(string? defaultText = null) => this with { Saved = SavedWhenEmpty.Written, DefaultText = defaultText };
}

/// <summary>The keys that a table of <c>config.toml</c> can have, in the order in which they are saved. Immutable.</summary>
public sealed class ConfigShape
{
    private readonly Dictionary<string, ConfigKey> _byName;

    internal ConfigShape(IReadOnlyList<ConfigKey> keys)
    {
        Keys = keys;
        _byName = keys.ToDictionary(k => k.Name, StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyList<ConfigKey> Keys { get; }

    /// <summary>Text keys without which the table is refused; null: none.</summary>
    internal IReadOnlyList<string>? Required { get; init; }

    /// <summary>By name without regard to case, as the official reader matches; null: unknown.</summary>
    public ConfigKey? Find(string name) => _byName.GetValueOrDefault(name);
}
