using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Expressions;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Inputs;

/// <summary>Reads and checks the header of a file.</summary>
internal static class SpecReader
{
    private const int MaxOptions = 50;
    private static readonly string[] Types = ["array", "boolean", "number", "string"];
    private static readonly string[] ComponentFields = ["name", "sha", "version", "reference"];

    public static FileSpec Read(YamlNode? header, ProblemList problems)
    {
        var scope = new Scope(problems, null, "header");
        if (header is not YamlMap map)
        {
            return new FileSpec();
        }

        scope.OnlyKeys(map, ["spec"]);
        var inner = scope.At("spec");
        if (inner.Map(map["spec"]) is not { } spec)
        {
            return new FileSpec();
        }

        inner.OnlyKeys(spec, ["inputs", "include", "component", "description"]);
        var description = inner.Text(spec, "description");
        if (description is { Length: > 256 })
        {
            inner.About(spec["description"], "description", "is too long (maximum is 256 characters)");
        }

        return new FileSpec
        {
            Inputs = Inputs(spec["inputs"], inner.At("inputs")),
            Component = Component(spec["component"], inner.At("component")),
            Include = CheckIncludes(spec["include"], inner.At("include")),
            Description = description,
        };
    }

    public static IReadOnlyList<InputDefinition> Inputs(YamlNode? node, Scope scope) =>
        scope.Map(node) is { } map
            ? [.. map.Entries.Select(entry => Definition(entry.Key, entry.Value, scope.At(entry.Key.Text))).OfType<InputDefinition>()]
            : [];

    private static InputDefinition? Definition(YamlScalar name, YamlNode node, Scope scope)
    {
        if (node.IsNull)
        {
            return new InputDefinition { Name = name.Text, Mark = name.Mark };
        }

        if (scope.Map(node) is not { } map)
        {
            return null;
        }

        scope.OnlyKeys(map, ["type", "default", "description", "options", "regex", "rules"]);
        var description = scope.Text(map, "description");
        if (description is { Length: > 1024 })
        {
            scope.About(map["description"], "description", "is too long (maximum is 1024 characters)");
        }

        if (map.Has("rules") && (map.Has("options") || map.Has("default")))
        {
            var other = map.Has("options") ? "options" : "default";
            scope.Config(map.KeyNode("rules"), $"these keys cannot be used together: {other}, rules");
        }

        return new InputDefinition
        {
            Name = name.Text,
            Type = Type(name.Text, map["type"], scope),
            Default = map.Has("default") ? map["default"]!.ToValue() : null,
            Options = Options(map["options"], "options", scope),
            Regex = scope.Text(map, "regex"),
            Description = description,
            Rules = Rules(map["rules"], scope.At("rules")),
            Mark = name.Mark,
        };
    }

    private static string Type(string name, YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return "string";
        }

        if (node.AsText is { } text && Types.Contains(text))
        {
            return text;
        }

        scope.About(node, "type", $"unknown value: {node}",
            $"unknown input specification for `{name}` (valid types: {string.Join(", ", Types)})");
        return "string";
    }

    private static List<InputValue>? Options(YamlNode? node, string attribute, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node is not YamlList list)
        {
            scope.About(node, attribute, "should be a array");
            return null;
        }

        if (list.Items.Count > MaxOptions)
        {
            scope.About(node, attribute, $"cannot define more than {MaxOptions} options");
        }

        return [.. list.Items.Select(item => item.ToValue())];
    }

    private static List<InputRule> Rules(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return [];
        }

        if (node is not YamlList list || list.Items.Any(item => item is not YamlMap))
        {
            scope.Config(node, "should be an array of hashes");
            return [];
        }

        return [.. list.Items.Select(item => Rule((YamlMap)item, scope.At("rule")))];
    }

    private static InputRule Rule(YamlMap map, Scope scope)
    {
        scope.OnlyKeys(map, ["if", "options", "default"]);
        Expression? condition = null;
        if (map["if"] is { IsNull: false } text)
        {
            condition = text.AsText is { } words ? Expression.Parse(words) : null;
            if (condition is null)
            {
                scope.About(text, "if", "invalid expression syntax", "compare inputs: $[[ inputs.name ]] == \"value\"");
            }
        }

        var options = Options(map["options"], "options", scope);
        if (!map.Has("default") && (condition is null || options is not null))
        {
            scope.Config(map, "missing required keys: default");
        }

        if (condition is null && options is null)
        {
            scope.Config(map, "missing required keys: options");
        }

        var value = map.Has("default") ? map["default"]!.ToValue() : null;
        if (options is not null && value is not (null or InputValue.Null) && !options.Contains(value))
        {
            scope.About(map["default"], "default", "must be one of the options");
        }

        return new InputRule(condition, options, value);
    }

    private static IReadOnlyList<string> Component(YamlNode? node, Scope scope)
    {
        var fields = scope.StringList(node);
        var unknown = fields.Except(ComponentFields).ToList();
        if (unknown.Count > 0)
        {
            scope.Config(node, $"contains unknown values: {string.Join(", ", unknown)}", $"one of {string.Join(", ", ComponentFields)}");
        }

        return fields;
    }

    private static YamlNode? CheckIncludes(YamlNode? node, Scope scope)
    {
        foreach (var item in node switch { YamlList list => list.Items, null or { IsNull: true } => [], _ => [node] })
        {
            if (item is YamlMap map)
            {
                scope.OnlyKeys(map, ["local", "remote", "project", "file", "ref", "integrity"]);
            }
        }

        return node is { IsNull: false } ? node : null;
    }
}
