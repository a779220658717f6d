using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Patterns;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>A job's own <c>inputs</c>, which the runner puts in place of <c>${{ job.inputs.name }}</c>.</summary>
internal static class JobInputsKeyword
{
    private const int Limit = 50;

    public static IReadOnlyList<JobInputModel> Read(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return [];
        }

        if (map.Entries.Count > Limit)
        {
            scope.Config(map, $"has too many entries (maximum {Limit})");
        }

        return [.. map.Entries.Select(entry => One(entry.Key.Text, entry.Value, scope.At(entry.Key.Text))).OfType<JobInputModel>()];
    }

    private static JobInputModel? One(string name, YamlNode node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            if (node.IsNull)
            {
                scope.Config(node, "must have a default value");
            }

            return null;
        }

        scope.OnlyKeys(map, ["default", "type", "options", "regex", "description"]);
        var type = scope.Choice(map, "type", "string", "number", "boolean", "array") ?? "string";
        if (!map.Has("default"))
        {
            scope.Config(map, "must have a default value");
            return null;
        }

        var value = map["default"]!.ToValue();
        if (!HasType(value, type))
        {
            scope.About(map["default"], "default", $"value is not {(type == "array" ? "an" : "a")} {type}");
        }

        var options = (map["options"] as YamlList)?.Items.Select(item => item.ToValue()).ToList() ?? [];
        if (options.Count > 0 && !options.Contains(value))
        {
            scope.About(map["default"], "default", "value cannot be used because it is not in the list of allowed options");
        }

        var regex = scope.Text(map, "regex");
        if (regex is not null && Re2.Compile(regex) is null)
        {
            scope.About(map["regex"], "regex", "invalid regular expression");
        }

        return new JobInputModel
        {
            Name = name,
            Type = type,
            Default = value,
            Options = options,
            Regex = regex,
            Description = scope.Text(map, "description"),
        };
    }

    private static bool HasType(InputValue value, string type) => type switch
    {
        "number" => value is InputValue.Number,
        "boolean" => value is InputValue.Boolean,
        "array" => value is InputValue.List,
        _ => value is InputValue.Text,
    };
}
