using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>Settings of which either may be missing.</summary>
internal sealed record AutoCancelEntry(OnNewCommit? OnNewCommit, bool? OnJobFailureCancelAll);

internal sealed record WorkflowEntry
{
    public string? Name { get; init; }

    public IReadOnlyList<RuleEntry>? Rules { get; init; }

    public AutoCancelEntry? AutoCancel { get; init; }
}

/// <summary><c>workflow</c>.</summary>
internal static class WorkflowKeyword
{
    public static WorkflowEntry Read(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return new WorkflowEntry();
        }

        scope.OnlyKeys(map, ["name", "rules", "auto_cancel"]);
        var name = scope.Text(map, "name");
        if (name is { Length: > 255 })
        {
            scope.About(map["name"], "name", "is too long (maximum is 255 characters)");
        }

        return new WorkflowEntry
        {
            Name = name,
            Rules = RulesKeyword.Read(map["rules"], scope, RulesPlace.Workflow),
            AutoCancel = AutoCancel(map["auto_cancel"], scope.At("auto_cancel")),
        };
    }

    public static AutoCancelEntry? AutoCancel(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return null;
        }

        scope.OnlyKeys(map, ["on_new_commit", "on_job_failure"]);
        return new AutoCancelEntry(
            Word(map, "on_new_commit", scope, "conservative", "interruptible", "none") switch
            {
                "conservative" => OnNewCommit.Conservative,
                "interruptible" => OnNewCommit.Interruptible,
                "none" => OnNewCommit.None,
                _ => null,
            },
            Word(map, "on_job_failure", scope, "none", "all") switch { "all" => true, "none" => false, _ => null });
    }

    private static string? Word(YamlMap map, string key, Scope scope, params string[] allowed)
    {
        var node = map[key];
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node.AsText is { } text && allowed.Contains(text))
        {
            return text;
        }

        scope.About(node, Shapes.Words(key), $"must be one of: {string.Join(", ", allowed)}");
        return null;
    }
}
