using Gantry.Pipelines.Variables;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>variables</c> at the three places where it may stand.</summary>
internal static class VariablesKeyword
{
    /// <summary>Keys that a map value may have: none (rules, services), those of jobs, those of the top level.</summary>
    public static readonly string[] Plain = [];

    public static readonly string[] InJob = ["value", "expand"];

    public static readonly string[] AtTop = ["value", "description", "options", "expand"];

    public static IReadOnlyList<Variable> Read(YamlNode? node, Scope scope, string[] valueKeys)
    {
        if (node is null or { IsNull: true })
        {
            return [];
        }

        if (node is not YamlMap map)
        {
            scope.Config(node, "should be a hash of key value pairs");
            return [];
        }

        var variables = new List<Variable>(map.Entries.Count);
        foreach (var (key, value) in map.Entries)
        {
            if (One(key, value, scope, valueKeys) is { } variable)
            {
                variables.Add(variable);
            }
        }

        return variables;
    }

    private static Variable? One(YamlScalar key, YamlNode value, Scope parent, string[] valueKeys)
    {
        switch (value)
        {
            case YamlScalar { IsNull: false } scalar:
                return Variable.Public(key.Text, scalar.Text);
            case YamlScalar:
                return Variable.Public(key.Text, "");
            case YamlMap map:
                return FromMap(key.Text, map, parent.At(key.Text), valueKeys);
            default:
                parent.Problems.Add(
                    $"{parent.At(key.Text).Location} config variable definition must be either a string or a hash".ToLowerInvariant(), value);
                return null;
        }
    }

    private static Variable? FromMap(string key, YamlMap map, Scope scope, string[] valueKeys)
    {
        if (valueKeys.Length == 0)
        {
            scope.Config(map, "must be a string");
            return null;
        }

        var extra = map.Entries.Where(entry => !valueKeys.Contains(entry.Key.Text)).ToList();
        if (extra.Count > 0)
        {
            scope.Config(extra[0].Key, $"uses invalid data keys: {string.Join(", ", extra.Select(entry => entry.Key.Text))}");
        }

        var value = map["value"];
        if (value is not (null or YamlScalar))
        {
            scope.About(value, "config value", "must be an alphanumeric string");
        }

        if (map["description"] is not (null or YamlScalar))
        {
            scope.About(map["description"], "config description", "must be an alphanumeric string");
        }

        var text = (value as YamlScalar)?.Text ?? "";
        Options(map, text, scope);
        return new Variable { Key = key, Value = text, IsPublic = true, IsRaw = scope.Flag(map, "expand") == false };
    }

    private static void Options(YamlMap map, string value, Scope scope)
    {
        if (map["options"] is null or { IsNull: true })
        {
            return;
        }

        if (map["options"] is not YamlList list || list.Items.Any(item => item.AsText is null))
        {
            scope.About(map["options"], "config options", "should be an array of strings");
            return;
        }

        if (list.Items.Count > 0 && list.Items.All(item => item.AsText != value))
        {
            scope.Config(map["value"] ?? map, "value must be present in options");
        }
    }
}
