using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Merging;

/// <summary><c>extends</c>: parents from left to right, then the entry itself on top.</summary>
internal sealed class Extends
{
    private const int MaxAncestors = 10;

    private readonly YamlMap _root;
    private readonly ProblemList _problems;
    private readonly Dictionary<string, (YamlNode Node, int Depth)> _done = new(StringComparer.Ordinal);
    private readonly List<string> _open = [];

    private Extends(YamlMap root, ProblemList problems)
    {
        _root = root;
        _problems = problems;
    }

    public static YamlMap Resolve(YamlMap root, ProblemList problems)
    {
        var extends = new Extends(root, problems);
        return new YamlMap(root.Entries.Select(entry => KeyValuePair.Create(entry.Key, extends.Entry(entry.Key.Text).Node)), root.Mark);
    }

    // Depth is the length of the longest line of ancestors.
    private (YamlNode Node, int Depth) Entry(string name)
    {
        if (_done.TryGetValue(name, out var known))
        {
            return known;
        }

        var node = _root[name]!;
        if (node is not YamlMap map || map["extends"] is not { IsNull: false } extends)
        {
            return _done[name] = (node, 0);
        }

        _open.Add(name);
        var (result, depth) = (map, 0);
        if (Parents(extends) is not { } parents)
        {
            _problems.Add($"{name} extends should be an array of strings or a string".ToLowerInvariant(), extends);
        }
        else
        {
            (var below, depth) = Merged(name, parents, extends);
            result = DeepMerge.Merge(below, map);
        }

        if (depth == MaxAncestors + 1)
        {
            _problems.Add($"{name}: nesting too deep in `extends`", extends);
        }

        _open.RemoveAt(_open.Count - 1);
        return _done[name] = (result, depth);
    }

    private (YamlMap Below, int Depth) Merged(string name, IReadOnlyList<string> parents, YamlNode at)
    {
        var unknown = parents.Where(parent => !_root.Has(parent)).ToList();
        if (unknown.Count > 0)
        {
            _problems.Add($"{name}: unknown keys in `extends` ({string.Join(", ", unknown)})", at,
                Suggestion.Hint(unknown, [.. _root.Entries.Select(entry => entry.Key.Text)]));
        }

        var wrong = parents.Where(parent => _root[parent] is { } node and not YamlMap).ToList();
        if (wrong.Count > 0)
        {
            _problems.Add($"{name}: invalid base hashes in `extends` ({string.Join(", ", wrong)})", at);
        }

        var below = new YamlMap([], at.Mark);
        var depth = 0;
        foreach (var parent in parents.Where(parent => _root[parent] is YamlMap))
        {
            if (_open.Contains(parent))
            {
                _problems.Add($"{name}: circular dependency detected in `extends`", at);
                return (new YamlMap([], at.Mark), 0);
            }

            var (lower, parentDepth) = Entry(parent);
            below = DeepMerge.Merge(below, (YamlMap)lower);
            depth = Math.Max(depth, parentDepth + 1);
        }

        return (below, depth);
    }

    private static List<string>? Parents(YamlNode node) => node switch
    {
        YamlScalar { Kind: ScalarKind.Text } one => [one.Text],
        YamlList list when list.Items.All(item => item.AsText is not null) => [.. list.Items.Select(item => item.AsText!)],
        _ => null,
    };
}
