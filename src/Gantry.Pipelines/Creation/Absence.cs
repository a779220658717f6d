using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Variables;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Creation;

/// <summary>Why a job, or the whole pipeline, is not there: in words that point to the line.</summary>
internal static class Absence
{
    private const int ShownRules = 5;

    public static string NoRule(IReadOnlyList<RuleEntry> rules) => rules.Count switch
    {
        0 => "rules is an empty list: nothing can match",
        1 => $"its only rule does not match ({Describe(rules[0])})",
        _ => $"none of its {rules.Count} rules matches ({string.Join("; ", rules.Take(ShownRules).Select(Describe))}{(rules.Count > ShownRules ? "; …" : "")})",
    };

    public static string Never(RuleEntry rule) => $"when: never ({Describe(rule)})";

    public static string Policy(JobEntry job, PipelineFacts facts)
    {
        var kind = facts.Reference.Kind switch
        {
            GitReferenceKind.Tag => $"tag {facts.Reference.Name}",
            GitReferenceKind.MergeRequest => "a merge request",
            _ => $"branch {facts.Reference.Name}",
        };
        var place = $"{kind}, source {facts.Source}";
        return (job.Only, job.Except) switch
        {
            (null, null) => $"it has no rules, and such jobs are for branches and tags only ({place})",
            (not null, null) => $"only (line {Line(job, "only")}) does not match ({place})",
            (null, not null) => $"except (line {Line(job, "except")}) matches, or it is not for branches and tags ({place})",
            _ => $"only (line {Line(job, "only")}) does not match, or except (line {Line(job, "except")}) does ({place})",
        };
    }

    private static int Line(JobEntry job, string key) => job.Node[key]?.Mark.Line ?? 0;

    private static string Describe(RuleEntry rule)
    {
        var parts = new List<string>();
        if (rule.Node["if"] is YamlScalar condition)
        {
            parts.Add("if: " + condition.Text);
        }

        Add(parts, "changes", rule.Changes);
        Add(parts, "exists", rule.Exists);
        var text = parts.Count == 0 ? "without a condition" : string.Join(", ", parts);
        return rule.Node.Mark.Line > 0 ? $"line {rule.Node.Mark.Line}: {text}" : text;
    }

    private static void Add(List<string> parts, string key, FilePatterns? patterns)
    {
        if (patterns is not null)
        {
            parts.Add($"{key}: {patterns.Regexp ?? string.Join(", ", patterns.Paths.Take(3))}{(patterns.Paths.Count > 3 ? ", …" : "")}");
        }
    }
}
