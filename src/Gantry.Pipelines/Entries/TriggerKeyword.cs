using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>trigger</c> as written: exactly one of project and include.</summary>
internal sealed record TriggerEntry
{
    public string? Project { get; init; }

    public string? Branch { get; init; }

    public YamlNode? Include { get; init; }

    public YamlMap? Inputs { get; init; }

    public TriggerStrategy Strategy { get; init; }

    public bool ForwardYamlVariables { get; init; } = true;

    public bool ForwardPipelineVariables { get; init; }

    public required YamlNode Node { get; init; }
}

internal static class TriggerKeyword
{
    private const int MaxIncludes = 3;

    private static readonly string[] IncludeKeys =
        ["local", "file", "remote", "project", "ref", "template", "artifact", "job", "component", "inputs", "rules", "integrity", "cache"];

    public static TriggerEntry? Read(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case YamlScalar { Kind: ScalarKind.Text } text:
                CheckProject(text, "config", scope);
                return new TriggerEntry { Project = text.Text, Node = node };
            case YamlMap map:
                return map.Has("include") ? Child(map, scope) : Project(map, scope);
            default:
                scope.Problems.Add($"{scope.Location} has to be either a string or a hash".ToLowerInvariant(), node);
                return null;
        }
    }

    private static TriggerEntry Project(YamlMap map, Scope scope)
    {
        scope.OnlyKeys(map, ["project", "branch", "strategy", "forward", "inputs"]);
        var project = scope.Text(map, "project");
        if (!map.Has("project"))
        {
            scope.Config(map, "must specify either project or include");
        }
        else if (map["project"] is YamlScalar { Kind: ScalarKind.Text or ScalarKind.Null } text)
        {
            CheckProject(text, "project", scope);
        }

        var (yaml, pipeline) = Forward(map["forward"], scope.At("forward"));
        return new TriggerEntry
        {
            Project = project ?? "",
            Branch = scope.Text(map, "branch"),
            Inputs = scope.At("inputs").Map(map["inputs"]),
            Strategy = Strategy(map, scope),
            ForwardYamlVariables = yaml,
            ForwardPipelineVariables = pipeline,
            Node = map,
        };
    }

    private static void CheckProject(YamlScalar text, string attribute, Scope scope)
    {
        if (string.IsNullOrWhiteSpace(text.Text))
        {
            scope.About(text, attribute, "can't be blank");
        }
        else if (!ProjectPath.IsPossible(text.Text))
        {
            scope.About(text, attribute, "should be the full path of a project", "for example group/project");
        }
    }

    private static TriggerEntry Child(YamlMap map, Scope scope)
    {
        scope.OnlyKeys(map, ["strategy", "include", "forward"]);
        CheckIncludes(map["include"]!, scope.At("include"));
        var (yaml, pipeline) = Forward(map["forward"], scope.At("forward"));
        return new TriggerEntry
        {
            Include = map["include"],
            Strategy = Strategy(map, scope),
            ForwardYamlVariables = yaml,
            ForwardPipelineVariables = pipeline,
            Node = map,
        };
    }

    private static void CheckIncludes(YamlNode node, Scope scope)
    {
        var items = node is YamlList list ? list.Items : [node];
        if (items.Count > MaxIncludes)
        {
            scope.Config(node, $"is too long (maximum is {MaxIncludes})");
        }

        foreach (var item in items)
        {
            if (item is YamlMap map)
            {
                scope.OnlyKeys(map, IncludeKeys);
                if (map["project"] is YamlScalar project)
                {
                    CheckProject(project, "project", scope);
                }

                if (map.Has("project") != map.Has("file"))
                {
                    scope.Config(map, $"must specify the {(map.Has("project") ? "file" : "project")} where to fetch the config from");
                }
            }
            else if (item.AsText is null)
            {
                scope.Config(item, "should be a hash or a string");
            }
        }
    }

    private static TriggerStrategy Strategy(YamlMap map, Scope scope) =>
        scope.Choice(map, "strategy", "depend", "mirror") switch
        {
            "depend" => TriggerStrategy.Depend,
            "mirror" => TriggerStrategy.Mirror,
            _ => TriggerStrategy.None,
        };

    private static (bool Yaml, bool Pipeline) Forward(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return (true, false);
        }

        scope.OnlyKeys(map, ["yaml_variables", "pipeline_variables"]);
        return (scope.Flag(map, "yaml_variables") ?? true, scope.Flag(map, "pipeline_variables") ?? false);
    }
}
