using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>Which defaults and top-level variables a job takes. A null list means all.</summary>
internal sealed record InheritEntry(IReadOnlyCollection<string>? Default, IReadOnlyCollection<string>? Variables)
{
    public static readonly InheritEntry Everything = new(null, null);

    public bool TakesDefault(string key) => Default is null || Default.Contains(key);

    public bool TakesVariable(string name) => Variables is null || Variables.Contains(name);
}

internal static class InheritKeyword
{
    public static InheritEntry Read(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return InheritEntry.Everything;
        }

        scope.OnlyKeys(map, ["default", "variables"]);
        var defaults = Names(map["default"], scope.At("default"));
        var unknown = defaults?.Except(InheritableEntry.Keys).ToList() ?? [];
        if (unknown.Count > 0)
        {
            scope.At("default").Config(map["default"], $"contains unknown values: {string.Join(", ", unknown)}", Suggestion.Hint(unknown, InheritableEntry.Keys));
        }

        return new InheritEntry(defaults, Names(map["variables"], scope.At("variables")));
    }

    private static HashSet<string>? Names(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case YamlScalar { Kind: ScalarKind.Boolean } flag:
                return flag.IsTrue ? null : [];
            case YamlList list when list.Items.All(item => item.AsText is not null):
                return list.Items.Select(item => item.AsText!).ToHashSet(StringComparer.Ordinal);
            default:
                scope.Problems.Add($"{scope.Location} should be a bool or array of strings".ToLowerInvariant(), node);
                return null;
        }
    }
}
