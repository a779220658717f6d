namespace Gantry.Pipelines.Yaml;

/// <summary>
/// A loaded YAML value. Nodes are immutable, so aliases, <c>extends</c> and includes share them instead of copying.
/// </summary>
internal abstract class YamlNode(Mark mark)
{
    public Mark Mark { get; } = mark;

    /// <summary>Size with aliases written out: characters of the scalars plus one for each node.</summary>
    public abstract long Weight { get; }

    /// <summary>Somewhere below is a <c>!reference</c>.</summary>
    public virtual bool HoldsReference => false;

    public bool IsNull => this is YamlScalar { Kind: ScalarKind.Null };

    /// <summary>The text when this is a string of the YAML file, not a number, boolean or null.</summary>
    public string? AsText => this is YamlScalar { Kind: ScalarKind.Text } scalar ? scalar.Text : null;
}

/// <summary>What a plain scalar means under YAML 1.1; quoted scalars are always text.</summary>
internal enum ScalarKind
{
    Null,
    Boolean,
    Integer,
    Float,
    Text,
}

/// <param name="text">
/// The value as text: for numbers and booleans the canonical form (<c>1.10</c> becomes <c>1.1</c>, <c>yes</c> becomes <c>true</c>).
/// </param>
/// <param name="kind">Type by the rules of YAML 1.1.</param>
/// <param name="mark">Where it begins.</param>
internal sealed class YamlScalar(string text, ScalarKind kind, Mark mark) : YamlNode(mark)
{
    public string Text { get; } = text;

    public ScalarKind Kind { get; } = kind;

    public override long Weight => Text.Length + 1;

    public bool IsTrue => Kind == ScalarKind.Boolean && Text == "true";

    public static YamlScalar OfText(string text, Mark mark) => new(text, ScalarKind.Text, mark);

    public override string ToString() => Text;
}

internal sealed class YamlList(IReadOnlyList<YamlNode> items, Mark mark) : YamlNode(mark)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override bool HoldsReference { get; } = items.Any(item => item.HoldsReference);

    public override long Weight { get; } = 1 + items.Sum(item => item.Weight);
}

/// <summary><c>!reference [a, b]</c>: a path from the root of the configuration.</summary>
internal sealed class YamlReference(IReadOnlyList<YamlNode> path, Mark mark) : YamlNode(mark)
{
    public IReadOnlyList<YamlNode> Path { get; } = path;

    public override bool HoldsReference => true;

    public override long Weight { get; } = 1 + path.Sum(item => item.Weight);
}

/// <summary>A mapping in the order of the file. Keys are compared by their text.</summary>
internal sealed class YamlMap : YamlNode
{
    private readonly List<KeyValuePair<YamlScalar, YamlNode>> _entries = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private long _weight = 1;
    private bool _holdsReference;

    public YamlMap(IEnumerable<KeyValuePair<YamlScalar, YamlNode>> entries, Mark mark) : base(mark)
    {
        foreach (var (key, value) in entries)
        {
            Put(key, value);
        }
    }

    public IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Entries => _entries;

    public override long Weight => _weight;

    public override bool HoldsReference => _holdsReference;

    public YamlNode? this[string key] => _index.TryGetValue(key, out var at) ? _entries[at].Value : null;

    public bool Has(string key) => _index.ContainsKey(key);

    public YamlScalar KeyNode(string key) => _entries[_index[key]].Key;

    /// <summary>The entries with those of <paramref name="over"/> put over them, one level deep.</summary>
    public YamlMap With(IEnumerable<KeyValuePair<YamlScalar, YamlNode>> over)
    {
        var result = new YamlMap(_entries, Mark);
        foreach (var (key, value) in over)
        {
            result.Put(key, value);
        }

        return result;
    }

    public YamlMap Without(Func<string, bool> dropped) =>
        new(_entries.Where(entry => !dropped(entry.Key.Text)), Mark);

    // A repeated key keeps its first place and takes the last value, as a Ruby hash does.
    private void Put(YamlScalar key, YamlNode value)
    {
        _holdsReference |= value.HoldsReference;
        if (_index.TryGetValue(key.Text, out var at))
        {
            _weight += value.Weight - _entries[at].Value.Weight;
            _entries[at] = new(key, value);
            return;
        }

        _index[key.Text] = _entries.Count;
        _entries.Add(new(key, value));
        _weight += key.Weight + value.Weight;
    }
}
