using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Merging;

/// <summary>Puts values in place of <c>!reference</c>. A value that is found may hold references itself.</summary>
internal sealed class References
{
    private readonly YamlMap _root;
    private readonly ProblemList _problems;
    private readonly Dictionary<YamlNode, YamlNode> _resolved = new(ReferenceEqualityComparer.Instance);
    private readonly List<YamlReference> _open = [];

    private References(YamlMap root, ProblemList problems)
    {
        _root = root;
        _problems = problems;
    }

    public static YamlMap Resolve(YamlMap root, ProblemList problems) =>
        root.HoldsReference ? (YamlMap)new References(root, problems).Node(root) : root;

    private YamlNode Node(YamlNode node)
    {
        if (!node.HoldsReference)
        {
            return node;
        }

        if (_resolved.TryGetValue(node, out var known))
        {
            return known;
        }

        var result = node switch
        {
            YamlReference reference => Target(reference),
            YamlList list => new YamlList([.. list.Items.Select(Node)], list.Mark),
            YamlMap map => new YamlMap(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Node(entry.Value))), map.Mark),
            _ => node,
        };
        return _resolved[node] = result;
    }

    private YamlNode Target(YamlReference reference)
    {
        var text = $"!reference [{string.Join(", ", reference.Path.Select(part => part.AsText is { } name ? $"\"{name}\"" : part.ToJson()))}]";
        if (reference.Path.Count == 0 || reference.Path.Any(part => part is not YamlScalar))
        {
            return Wrong(reference, $"{text} is not valid");
        }

        if (_open.Contains(reference))
        {
            return Wrong(reference, $"{text} is part of a circular chain");
        }

        YamlNode? at = _root;
        _open.Add(reference);
        foreach (var part in reference.Path)
        {
            at = (at is YamlReference inner ? Node(inner) : at) is YamlMap map ? map[((YamlScalar)part).Text] : null;
        }

        var result = at is null
            ? Wrong(reference, $"{text} could not be found", Suggestion.Hint([((YamlScalar)reference.Path[0]).Text], [.. _root.Entries.Select(entry => entry.Key.Text)]))
            : Node(at);
        _open.RemoveAt(_open.Count - 1);
        return result;
    }

    private YamlScalar Wrong(YamlReference reference, string message, string? hint = null)
    {
        _problems.Add(message, reference.Mark, hint);
        return new YamlScalar("", ScalarKind.Null, reference.Mark);
    }
}
