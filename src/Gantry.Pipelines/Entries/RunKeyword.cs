using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>run</c>: the experimental steps, handed to the runner as JSON text.</summary>
internal static class RunKeyword
{
    private static readonly string[] Actions = ["script", "step", "func"];

    public static string? Read(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node is not YamlList list || list.Items.Any(item => item is not YamlMap))
        {
            scope.Config(node, "should be an array of hashes");
            return null;
        }

        if (list.Items.Count == 0)
        {
            scope.Config(node, "can't be blank");
        }

        foreach (var step in list.Items.Cast<YamlMap>())
        {
            Check(step, scope);
        }

        return node.ToJson();
    }

    private static void Check(YamlMap step, Scope scope)
    {
        scope.OnlyKeys(step, ["name", "script", "step", "func", "env", "inputs"]);
        scope.Required(step, "name");
        scope.Text(step, "name");
        var actions = Actions.Where(step.Has).ToList();
        if (actions.Count != 1)
        {
            scope.Config(step, "must use exactly one of these keys: script, step, func");
            return;
        }

        if (actions[0] == "script")
        {
            scope.Text(step, "script");
            if (step.Has("inputs"))
            {
                scope.Config(step.KeyNode("inputs"), "these keys cannot be used together: script, inputs");
            }
        }
        else if (step[actions[0]] is YamlMap source)
        {
            Source(source, scope.At(actions[0]));
        }
        else if (step[actions[0]]?.AsText is null)
        {
            scope.About(step[actions[0]], actions[0], "should be a hash or a string");
        }

        Variables(step["env"], scope.At("env"));
    }

    private static void Source(YamlMap source, Scope scope)
    {
        scope.OnlyKeys(source, ["git", "oci"]);
        if (source["git"] is { } git && scope.At("git").Map(git) is { } repository)
        {
            scope.At("git").OnlyKeys(repository, ["url", "rev", "dir", "file"]);
            scope.At("git").Required(repository, "url", "rev");
        }
        else if (source["oci"] is { } oci && scope.At("oci").Map(oci) is { } registry)
        {
            scope.At("oci").OnlyKeys(registry, ["registry", "repository", "tag", "dir", "file"]);
            scope.At("oci").Required(registry, "registry", "repository", "tag");
        }
        else
        {
            scope.Config(source, "must use exactly one of these keys: git, oci");
        }
    }

    private static void Variables(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is { } map && map.Entries.Any(entry => entry.Value.AsText is null))
        {
            scope.Config(map, "should be a hash of strings");
        }
    }
}
