using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>
/// The place in the configuration that is being read, for messages of GitLab's form: the keys from the top joined by
/// colons, the attribute, the complaint, all in lower case.
/// </summary>
internal sealed class Scope(ProblemList problems, Scope? parent, string key)
{
    public ProblemList Problems { get; } = problems;

    public string Location => parent is null || parent.Location.Length == 0 ? key : $"{parent.Location}:{key}";

    public Scope At(string child) => new(Problems, this, child);

    /// <summary>A complaint about the value itself: <c>jobs:test:cache config should be a hash</c>.</summary>
    public void Config(YamlNode? at, string complaint, string? hint = null) => About(at, "config", complaint, hint);

    /// <summary>A complaint about one attribute of the value: <c>jobs:test start in must be blank</c>.</summary>
    public void About(YamlNode? at, string attribute, string complaint, string? hint = null) =>
        Problems.Add($"{Location} {attribute} {complaint}".ToLowerInvariant(), at, hint);

    /// <summary>The map, or null after a complaint. A null value is silently no map.</summary>
    public YamlMap? Map(YamlNode? node, string complaint = "should be a hash")
    {
        if (node is YamlMap map)
        {
            return map;
        }

        if (node is { IsNull: false })
        {
            Config(node, complaint);
        }

        return null;
    }

    /// <summary>Complains about all keys that are not among the known ones, in one message, and suggests the right ones.</summary>
    public void OnlyKeys(YamlMap map, IReadOnlyCollection<string> known)
    {
        List<YamlScalar>? unknown = null;
        foreach (var (name, _) in map.Entries)
        {
            if (!known.Contains(name.Text))
            {
                (unknown ??= []).Add(name);
            }
        }

        if (unknown is not null)
        {
            var words = unknown.Select(name => name.Text).ToList();
            Config(unknown[0], $"contains unknown keys: {string.Join(", ", words)}", Suggestion.Hint(words, known));
        }
    }

    public void Required(YamlMap map, params ReadOnlySpan<string> names)
    {
        var missing = new List<string>();
        foreach (var name in names)
        {
            if (!map.Has(name))
            {
                missing.Add(name);
            }
        }

        if (missing.Count > 0)
        {
            Config(map, $"missing required keys: {string.Join(", ", missing)}");
        }
    }

    /// <summary>Complains when more than one of the keys is there.</summary>
    public bool Exclusive(YamlMap map, params ReadOnlySpan<string> names)
    {
        var present = new List<string>();
        foreach (var name in names)
        {
            if (map[name] is { IsNull: false })
            {
                present.Add(name);
            }
        }

        if (present.Count > 1)
        {
            Config(map.KeyNode(present[1]), $"these keys cannot be used together: {string.Join(", ", present)}");
        }

        return present.Count <= 1;
    }
}
