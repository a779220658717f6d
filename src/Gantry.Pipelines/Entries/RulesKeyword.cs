using Gantry.Pipelines.Expressions;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>One rule of a job, of the workflow or of an include.</summary>
internal sealed record RuleEntry
{
    public Expression? If { get; init; }

    public FilePatterns? Changes { get; init; }

    public FilePatterns? Exists { get; init; }

    public JobWhen? When { get; init; }

    public TimeSpan? StartIn { get; init; }

    public bool? AllowFailure { get; init; }

    public IReadOnlyList<Variable> Variables { get; init; } = [];

    public IReadOnlyList<NeedEntry>? Needs { get; init; }

    public bool? Interruptible { get; init; }

    public AutoCancelEntry? AutoCancel { get; init; }

    public required YamlMap Node { get; init; }

    /// <summary>Nothing but <c>when</c>: matches always.</summary>
    public bool IsWhenOnly => Node.Entries.Count == 1 && Node.Has("when");
}

/// <summary><c>changes</c> or <c>exists</c>.</summary>
internal sealed record FilePatterns
{
    public IReadOnlyList<string> Paths { get; init; } = [];

    public string? CompareTo { get; init; }

    public string? Project { get; init; }

    public string? Ref { get; init; }

    /// <summary>A regular expression over paths instead of globs.</summary>
    public string? Regexp { get; init; }
}

/// <summary>Where rules stand decides which keys and words they may have.</summary>
internal sealed record RulesPlace(IReadOnlyCollection<string> Keys, IReadOnlyCollection<string> When)
{
    public static readonly RulesPlace Job = new(
        ["if", "changes", "exists", "when", "start_in", "allow_failure", "variables", "needs", "interruptible"],
        ["on_success", "on_failure", "always", "never", "manual", "delayed"]);

    public static readonly RulesPlace Workflow = new(
        ["if", "changes", "exists", "when", "start_in", "allow_failure", "variables", "needs", "auto_cancel"], ["always", "never"]);

    public static readonly RulesPlace Include = new(["if", "exists", "changes", "when"], ["never", "always"]);
}

/// <summary><c>rules</c>: a list of maps, nested lists flattened.</summary>
internal static class RulesKeyword
{
    public const int MaxPatterns = 50;

    /// <summary>Null when there are none, which is not the same as an empty list.</summary>
    public static IReadOnlyList<RuleEntry>? Read(YamlNode? node, Scope parent, RulesPlace place)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        var maps = new List<YamlMap>();
        if (node is not YamlList || !Flatten(node, 0, maps))
        {
            parent.About(node, "rules", "should be an array containing hashes and arrays of hashes");
            return [];
        }

        var scope = parent.At("rules").At("rule");
        return [.. maps.Select(map => One(map, scope, place))];
    }

    private static bool Flatten(YamlNode node, int depth, List<YamlMap> into)
    {
        switch (node)
        {
            case YamlMap map:
                into.Add(map);
                return true;
            case YamlList list when depth < Shapes.MaxNesting:
                return list.Items.All(item => Flatten(item, depth + 1, into));
            default:
                return false;
        }
    }

    private static RuleEntry One(YamlMap map, Scope scope, RulesPlace place)
    {
        scope.OnlyKeys(map, place.Keys);
        if (map.Entries.Count == 0)
        {
            scope.Config(map, "can't be blank");
        }

        var when = When(map, scope, place);
        return new RuleEntry
        {
            If = Condition(map, scope),
            Changes = Changes(map["changes"], scope.At("changes")),
            Exists = Exists(map["exists"], scope.At("exists")),
            When = when,
            StartIn = StartIn(map, when, scope),
            AllowFailure = scope.Flag(map, "allow_failure"),
            Variables = VariablesKeyword.Read(map["variables"], scope.At("variables"), VariablesKeyword.Plain),
            Needs = map.Has("needs") && place == RulesPlace.Job ? NeedsKeyword.Read(map["needs"], scope.At("needs"), NeedsPlace.Rule)?.Jobs ?? [] : null,
            Interruptible = scope.Flag(map, "interruptible"),
            AutoCancel = WorkflowKeyword.AutoCancel(map["auto_cancel"], scope.At("auto_cancel")),
            Node = map,
        };
    }

    private static Expression? Condition(YamlMap map, Scope scope)
    {
        if (map["if"] is null or { IsNull: true })
        {
            return null;
        }

        if (map["if"]!.AsText is { } text && Expression.Parse(text) is { } expression)
        {
            return expression;
        }

        scope.About(map["if"], "if", "invalid expression syntax", Hint(map["if"]!));
        return null;
    }

    private static string? Hint(YamlNode node) => node.AsText switch
    {
        null => "an expression is a quoted text",
        var text when text.Contains("${", StringComparison.Ordinal) => "write $NAME, not ${NAME}",
        var text when text.Contains(" = ", StringComparison.Ordinal) => "compare with ==",
        _ => "compare variables with quoted texts: $NAME == \"value\"",
    };

    private static JobWhen? When(YamlMap map, Scope scope, RulesPlace place)
    {
        var node = map["when"];
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node is YamlScalar scalar && place.When.Contains(scalar.Text) && JobWhenNames.TryParse(scalar.Text, out var when))
        {
            return when;
        }

        scope.About(node, "when", $"unknown value: {node}", $"one of {string.Join(", ", place.When)}");
        return null;
    }

    private static TimeSpan? StartIn(YamlMap map, JobWhen? when, Scope scope)
    {
        var node = map["start_in"];
        if (when != JobWhen.Delayed)
        {
            if (map.Has("start_in"))
            {
                scope.Config(map.KeyNode("start_in"), "contains disallowed keys: start_in");
            }

            return null;
        }

        if (node is null or { IsNull: true })
        {
            scope.About(map, "start in", "can't be blank");
            return null;
        }

        return JobTiming.Delay(node, scope);
    }

    private static FilePatterns? Changes(YamlNode? node, Scope scope)
    {
        if (node is YamlMap map)
        {
            scope.OnlyKeys(map, ["paths", "compare_to", "regexp"]);
            var regexp = scope.Text(map, "regexp");
            if (regexp is null && map["paths"] is null or { IsNull: true })
            {
                scope.About(map, "paths", "can't be blank");
            }

            return new FilePatterns { Paths = Patterns(map, scope), CompareTo = scope.Text(map, "compare_to"), Regexp = regexp };
        }

        return List(node, scope);
    }

    private static FilePatterns? Exists(YamlNode? node, Scope scope)
    {
        if (node is not YamlMap map)
        {
            return List(node, scope);
        }

        scope.OnlyKeys(map, ["paths", "project", "ref", "regexp"]);
        if (map["paths"] is null or { IsNull: true } && map["regexp"] is null or { IsNull: true })
        {
            scope.Config(map, "missing required keys: paths");
        }

        if (map.Has("ref") && !map.Has("project"))
        {
            scope.Config(map.KeyNode("ref"), "missing required keys: project", "`ref` says which ref of `project`");
        }

        return new FilePatterns
        {
            Paths = Patterns(map, scope),
            Project = scope.Text(map, "project"),
            Ref = scope.Text(map, "ref"),
            Regexp = scope.Text(map, "regexp"),
        };
    }

    private static FilePatterns? List(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node is not YamlList list || list.Items.Any(item => item.AsText is null))
        {
            scope.Config(node, "should be an array of strings");
            return null;
        }

        if (list.Items.Count > MaxPatterns)
        {
            scope.Config(list, $"has too many entries (maximum {MaxPatterns})");
        }

        return new FilePatterns { Paths = [.. list.Items.Select(item => item.AsText!)] };
    }

    private static IReadOnlyList<string> Patterns(YamlMap map, Scope scope)
    {
        var paths = scope.Strings(map, "paths") ?? [];
        if (paths.Count > MaxPatterns)
        {
            scope.About(map["paths"], "paths", $"has too many entries (maximum {MaxPatterns})");
        }

        return paths;
    }
}
