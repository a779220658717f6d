using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>Reads the merged configuration: global keywords, then every visible job.</summary>
internal static class ConfigurationReader
{
    private const string WarningAboutWhen =
        "may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules`";

    /// <summary>Global keywords that can never be jobs; <c>default</c> and <c>workflow</c> can, when they hold a script.</summary>
    private static readonly string[] Reserved =
        ["include", "before_script", "image", "services", "after_script", "variables", "stages", "cache"];

    private static readonly string[] AlsoDefaults = ["image", "services", "before_script", "after_script", "cache"];

    public static ConfigurationEntry Read(YamlMap root, ProblemList problems)
    {
        var scope = new Scope(problems, null, "");
        var workflow = WorkflowKeyword.Read(GlobalOf(root, "workflow"), scope.At("workflow"));
        return new ConfigurationEntry
        {
            Stages = Stages(root["stages"], scope.At("stages")),
            Workflow = workflow,
            Variables = VariablesKeyword.Read(root["variables"], scope.At("variables"), VariablesKeyword.AtTop),
            Jobs = Jobs(root, scope, Defaults(root, scope), workflow),
        };
    }

    public static bool IsJob(string key, YamlNode value) => !Reserved.Contains(key) && !(key is "default" or "workflow" && !HoldsScript(value));

    private static YamlNode? GlobalOf(YamlMap root, string key) => root[key] is { } node && !HoldsScript(node) ? node : null;

    private static bool HoldsScript(YamlNode node) => node is YamlMap map && (map.Has("script") || map.Has("run") || map.Has("trigger"));

    private static List<string> Stages(YamlNode? node, Scope scope)
    {
        var named = node is null or { IsNull: true } ? ["build", "test", "deploy"] : scope.StringList(node);
        return [".pre", .. named.Where(stage => stage is not (".pre" or ".post")).Distinct(), ".post"];
    }

    private static InheritableEntry Defaults(YamlMap root, Scope scope)
    {
        var inner = scope.At("default");
        var map = inner.Map(GlobalOf(root, "default"));
        if (map is not null)
        {
            inner.OnlyKeys(map, InheritableEntry.Keys);
            foreach (var key in AlsoDefaults.Where(key => root[key] is { IsNull: false } && map[key] is { IsNull: false }))
            {
                inner.Problems.Add($"{key} is defined in top-level and `default:` entry", root.KeyNode(key));
            }
        }

        var empty = new YamlMap([], root.Mark);
        var global = InheritableEntry.Read(new YamlMap(root.Entries.Where(entry => AlsoDefaults.Contains(entry.Key.Text)), root.Mark), scope);
        return InheritableEntry.Read(map ?? empty, inner).Over(global, InheritEntry.Everything);
    }

    private static List<JobEntry> Jobs(YamlMap root, Scope scope, InheritableEntry defaults, WorkflowEntry workflow)
    {
        var jobs = new List<JobEntry>();
        var place = scope.At("jobs");
        var anyVisible = false;
        foreach (var (name, value) in root.Entries)
        {
            if (name.Text.StartsWith('.') || !IsJob(name.Text, value))
            {
                continue;
            }

            anyVisible = true;
            if (value is not YamlMap map || !IsRunnable(map))
            {
                NotAJob(name, value, scope);
                continue;
            }

            var inner = place.At(name.Text);
            var job = JobReader.Read(name, map, inner, defaults);
            jobs.Add(job);
            if (workflow.Rules is null && job.Rules is { Count: > 0 } rules && rules[^1] is { IsWhenOnly: true, When: not Model.JobWhen.Never } last)
            {
                scope.Problems.Warn($"{inner.Location} {WarningAboutWhen}", last.Node.Mark);
            }
        }

        if (!anyVisible)
        {
            place.Config(root, "should contain at least one visible job");
        }

        return jobs;
    }

    private static bool IsRunnable(YamlMap map) => map.Has("script") || map.Has("run") || JobReader.IsBridge(map);

    private static void NotAJob(YamlScalar name, YamlNode value, Scope scope)
    {
        var keys = value is YamlMap map ? map.Entries.Select(entry => entry.Key.Text).ToList() : [];
        var hint = keys.Count == 0
            ? Suggestion.Hint([name.Text], [.. Reserved, "default", "workflow"])
            : Suggestion.Hint(keys, ["script", "run", "trigger"]);
        scope.Problems.Add($"jobs {name.Text} config should implement the script:, run:, or trigger: keyword", name, hint);
    }
}
