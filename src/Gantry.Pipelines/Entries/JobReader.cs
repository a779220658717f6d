using Gantry.Pipelines.Model;
using Gantry.Pipelines.Patterns;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>Reads one visible job: a normal one, or one that triggers a pipeline.</summary>
internal static class JobReader
{
    private static readonly string[] BothKeys =
    [
        "extends", "stage", "only", "except", "rules", "variables", "inherit", "allow_failure", "when", "needs", "resource_group",
        "environment", "interruptible",
    ];

    private static readonly string[] JobKeys =
    [
        "script", "image", "tags", "services", "start_in", "artifacts", "cache", "dependencies", "before_script", "after_script", "hooks",
        "coverage", "retry", "parallel", "timeout", "inputs", "release", "id_tokens", "publish", "pages", "manual_confirmation", "run",
        "secrets", "identity", "dast_configuration", .. BothKeys,
    ];

    private static readonly string[] TriggerKeys = ["trigger", "parallel", .. BothKeys];

    private static readonly string[] NotWithRun = ["script", "before_script", "after_script"];
    private static readonly string[] NotWithRules = ["only", "except", "start_in"];
    private static readonly string[] TriggerWhen = ["on_success", "on_failure", "always", "manual"];
    private static readonly string[] JobWhenWords = [.. TriggerWhen, "delayed"];

    public static JobEntry Read(YamlScalar name, YamlMap map, Scope scope, InheritableEntry defaults)
    {
        var isBridge = IsBridge(map);
        scope.OnlyKeys(map, isBridge ? [.. TriggerKeys, "script", "run"] : JobKeys);
        scope.Exclusive(map, "script", "trigger");
        scope.Exclusive(map, "run", "trigger");
        foreach (var script in NotWithRun)
        {
            scope.Exclusive(map, script, "run");
        }

        CheckName(name, scope);
        var rules = RulesKeyword.Read(map["rules"], scope, RulesPlace.Job);
        RulesExclude(map, rules, scope);
        var inherit = InheritKeyword.Read(map["inherit"], scope.At("inherit"));
        var when = When(map, scope, isBridge ? TriggerWhen : JobWhenWords);
        var (allow, codes) = AllowFailure(map["allow_failure"], scope, isBridge);
        var stage = scope.At("stage");
        CheckUnserved(map, scope);
        return new JobEntry
        {
            Name = name.Text,
            NameNode = name,
            Node = map,
            IsBridge = isBridge,
            Stage = Stage(map["stage"], stage),
            StageNode = map["stage"],
            Script = isBridge ? [] : Script(map, scope),
            RunJson = isBridge ? null : RunKeyword.Read(map["run"], scope.At("run")),
            When = when,
            StartIn = StartIn(map, when, rules is not null, scope),
            AllowFailure = allow,
            AllowFailureExitCodes = codes,
            Rules = rules,
            Only = PolicyKeyword.Read(map["only"], scope.At("only")),
            Except = PolicyKeyword.Read(map["except"], scope.At("except")),
            Needs = NeedsKeyword.Read(map["needs"], scope.At("needs"), isBridge ? NeedsPlace.TriggerJob : NeedsPlace.Job),
            Dependencies = scope.Strings(map, "dependencies"),
            Variables = VariablesKeyword.Read(map["variables"], scope.At("variables"), VariablesKeyword.InJob),
            Inherit = inherit,
            Inheritable = Inheritable(map, scope, isBridge, defaults, inherit),
            Environment = EnvironmentKeyword.Read(map["environment"], scope.At("environment")),
            Parallel = ParallelKeyword.Read(map["parallel"], scope.At("parallel")),
            ResourceGroup = scope.Text(map, "resource_group"),
            Coverage = Coverage(map["coverage"], scope.At("coverage")),
            Release = ReleaseKeyword.Read(map["release"], scope.At("release")),
            Secrets = SecretsKeyword.Secrets(map["secrets"], scope.At("secrets")),
            Inputs = JobInputsKeyword.Read(map["inputs"], scope.At("inputs")),
            Pages = PagesKeyword.Read(name.Text, map, scope),
            ManualConfirmation = scope.Text(map, "manual_confirmation"),
            Trigger = TriggerKeyword.Read(map["trigger"], scope.At("trigger")),
        };
    }

    /// <summary>A job with <c>trigger</c>, or one that only needs another project's pipeline.</summary>
    public static bool IsBridge(YamlMap map) => map.Has("trigger") || (!map.Has("script") && !map.Has("run") && NeedsPipeline(map["needs"]));

    private static bool NeedsPipeline(YamlNode? needs) => needs switch
    {
        YamlMap map => map.Has("pipeline") && !map.Has("job"),
        YamlList list => list.Items.Any(NeedsPipeline),
        _ => false,
    };

    private static InheritableEntry Inheritable(YamlMap map, Scope scope, bool isBridge, InheritableEntry defaults, InheritEntry inherit)
    {
        var own = InheritableEntry.Read(map, scope);
        return isBridge ? new InheritableEntry { Interruptible = own.Over(defaults, inherit).Interruptible } : own.Over(defaults, inherit);
    }

    private static void CheckName(YamlScalar name, Scope scope)
    {
        if (name.Kind != ScalarKind.Text)
        {
            scope.About(name, "name", "should be a symbol", "quote the name of the job");
        }
        else if (name.Text.Length > 255)
        {
            scope.About(name, "name", "is too long (maximum is 255 characters)");
        }
    }

    // `extends` has done its work, and scanner profiles are of no use here; a wrong one is still worth a word.
    private static void CheckUnserved(YamlMap map, Scope scope)
    {
        scope.OneOrMany(map, "extends");
        var dast = scope.At("dast_configuration");
        if (dast.Map(map["dast_configuration"]) is { } profiles)
        {
            dast.OnlyKeys(profiles, ["site_profile", "scanner_profile"]);
        }
    }

    private static void RulesExclude(YamlMap map, IReadOnlyList<RuleEntry>? rules, Scope scope)
    {
        if (rules is null)
        {
            return;
        }

        var excluded = NotWithRules.Where(key => map[key] is { IsNull: false }).ToList();
        if (excluded.Count > 0)
        {
            scope.Config(map.KeyNode(excluded[0]), $"key may not be used with `rules`: {string.Join(", ", excluded)}");
        }
    }

    private static string Stage(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return "test";
        }

        if (node.AsText is { } text)
        {
            return text;
        }

        scope.Config(node, "should be a string");
        return "test";
    }

    private static IReadOnlyList<string> Script(YamlMap map, Scope scope)
    {
        var lines = scope.At("script").Script(map["script"]);
        var isGiven = map["script"] is { IsNull: false };
        var isWrong = isGiven && lines is { Count: 0 } && map["script"] is not (YamlList { Items.Count: 0 } or YamlScalar { Kind: ScalarKind.Text });
        if (!map.Has("run") && !isWrong && (lines is null || lines.All(string.IsNullOrWhiteSpace)))
        {
            scope.About(map["script"] is { IsNull: false } node ? node : map, "script", "can't be blank");
        }

        return lines ?? [];
    }

    private static JobWhen? When(YamlMap map, Scope scope, string[] allowed) =>
        JobWhenNames.TryParse(scope.Choice(map, "when", allowed), out var when) ? when : null;

    private static TimeSpan? StartIn(YamlMap map, JobWhen? when, bool hasRules, Scope scope)
    {
        var node = map["start_in"];
        if (when == JobWhen.Delayed && !hasRules)
        {
            return JobTiming.Delay(node is { IsNull: true } ? null : node ?? map, scope);
        }

        if (node is { IsNull: false })
        {
            scope.About(node, "start in", "must be blank", "`start_in` goes with `when: delayed`");
        }

        return null;
    }

    private static (bool? Allow, IReadOnlyList<int> Codes) AllowFailure(YamlNode? node, Scope scope, bool isBridge)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return (null, []);
            case YamlScalar { Kind: ScalarKind.Boolean } flag:
                return (flag.IsTrue, []);
            case YamlMap map when !isBridge:
                var inner = scope.At("allow_failure");
                inner.OnlyKeys(map, ["exit_codes"]);
                var codes = Shapes.Integers(map["exit_codes"]);
                if (codes is null)
                {
                    inner.About(map["exit_codes"] ?? map, "exit codes", "should be an array of integers or an integer");
                }

                return (false, codes ?? []);
            default:
                scope.About(node, "allow failure", isBridge ? "should be a boolean value" : "should be a hash or a boolean value");
                return (null, []);
        }
    }

    private static string? Coverage(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node.AsText is { Length: > 1 } text && text[0] == '/' && text[^1] == '/' && Re2.Compile(text[1..^1]) is not null)
        {
            return text[1..^1];
        }

        scope.Config(node, "must be a regular expression with re2 syntax", "for example /Coverage: \\d+/");
        return null;
    }
}
