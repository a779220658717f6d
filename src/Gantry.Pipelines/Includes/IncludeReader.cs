using System.Text.RegularExpressions;
using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Includes;

/// <summary>Reads <c>include</c>: a string, a map, or a list of those.</summary>
internal static partial class IncludeReader
{
    private static readonly string[] Kinds = ["local", "project", "remote", "template", "artifact", "component"];

    private static readonly Dictionary<string, string[]> Extra = new(StringComparer.Ordinal)
    {
        ["local"] = [],
        ["project"] = ["file", "ref"],
        ["remote"] = ["integrity", "cache"],
        ["template"] = [],
        ["artifact"] = ["job"],
        ["component"] = [],
    };

    public static IReadOnlyList<IncludeEntry> Read(YamlNode? node, ProblemList problems)
    {
        var scope = new Scope(problems, null, "include");
        return node switch
        {
            null or { IsNull: true } => [],
            YamlList list => [.. Flatten(list).Select(item => Entry(item, scope)).OfType<IncludeEntry>()],
            _ => Entry(node, scope) is { } single ? [single] : [],
        };
    }

    private static IEnumerable<YamlNode> Flatten(YamlList list) => list.Items.SelectMany(item => item is YamlList inner ? Flatten(inner) : [item]);

    private static IncludeEntry? Entry(YamlNode node, Scope scope)
    {
        switch (node)
        {
            case YamlScalar { Kind: ScalarKind.Text } text:
                var isRemote = text.Text.StartsWith("http://", StringComparison.Ordinal) || text.Text.StartsWith("https://", StringComparison.Ordinal);
                return new IncludeEntry { Kind = isRemote ? "remote" : "local", Location = text.Text, Mark = text.Mark };
            case YamlMap map:
                return FromMap(map, scope);
            default:
                scope.Config(node, "should be a hash or a string");
                return null;
        }
    }

    private static IncludeEntry? FromMap(YamlMap map, Scope scope)
    {
        var kinds = Kinds.Where(map.Has).ToList();
        if (kinds.Count == 0)
        {
            var valid = string.Join(", ", Kinds.Select(kind => $"`{kind}`"));
            scope.Problems.Add($"`{map.ToJson()}` does not have a valid subkey for include. Valid subkeys are: {valid}", map,
                Suggestion.Hint([.. map.Entries.Select(entry => entry.Key.Text)], Kinds));
            return null;
        }

        if (kinds.Count > 1)
        {
            scope.Problems.Add($"Each include must use only one of: {string.Join(", ", Kinds.Select(kind => $"`{kind}`"))}", map.KeyNode(kinds[1]));
            return null;
        }

        var kind = kinds[0];
        scope.OnlyKeys(map, [kind, "inputs", "rules", .. Extra[kind]]);
        if (map[kind]?.AsText is not { } location)
        {
            scope.Problems.Add($"Included file `{map[kind]?.ToJson()}` needs to be a string", map[kind] ?? map);
            return null;
        }

        if (kind == "project" && !ProjectPath.IsPossible(location))
        {
            scope.Problems.Add($"Project `{location}` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.",
                map["project"], "the full path of a project: group/project");
            return null;
        }

        var files = kind == "project" ? Files(map, scope) : [];
        return kind == "project" && files.Count == 0 ? null : new IncludeEntry
        {
            Kind = kind,
            Location = location,
            Files = files,
            Ref = scope.Text(map, "ref", anyScalar: true),
            Job = scope.Text(map, "job"),
            Integrity = Integrity(map, scope),
            Inputs = Inputs(map["inputs"], scope.At("inputs")),
            Rules = RulesKeyword.Read(map["rules"], scope, RulesPlace.Include),
            Mark = map.Mark,
        };
    }

    private static IReadOnlyList<string> Files(YamlMap map, Scope scope)
    {
        if (map["file"] is null or { IsNull: true })
        {
            scope.Config(map, "must specify the file where to fetch the config from");
            return [];
        }

        return scope.OneOrMany(map, "file") ?? [];
    }

    private static string? Integrity(YamlMap map, Scope scope)
    {
        var text = scope.Text(map, "integrity");
        if (text is not null && !Sha256().IsMatch(text))
        {
            scope.About(map["integrity"], "integrity", "hash must be in the format `sha256-<base64>`");
            return null;
        }

        return text;
    }

    private static Dictionary<string, InputValue> Inputs(YamlNode? node, Scope scope)
    {
        var inputs = new Dictionary<string, InputValue>(StringComparer.Ordinal);
        if (scope.Map(node) is not { } map)
        {
            return inputs;
        }

        foreach (var (name, value) in map.Entries)
        {
            if (!InputName().IsMatch(name.Text))
            {
                scope.Config(name, $"contains an invalid input name: {name.Text}", "letters, digits, `_` and `-`");
            }

            inputs[name.Text] = value.ToValue();
        }

        return inputs;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z")]
    private static partial Regex InputName();

    [GeneratedRegex(@"\Asha256-[A-Za-z0-9+/]+={0,2}\z")]
    private static partial Regex Sha256();
}
