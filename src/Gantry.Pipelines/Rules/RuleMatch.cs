using System.Text.RegularExpressions;
using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Expressions;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Rules;

/// <summary>
/// Finds the first rule whose conditions all hold. <paramref name="failed"/> takes what cannot be evaluated (a ref or
/// project that does not exist), which rejects the pipeline.
/// </summary>
internal sealed class RuleMatch(RepositoryFacts facts, Action<RuleEntry, string> failed)
{
    private const int MaxComparisons = 50_000;
    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(2);

    public RuleEntry? First(IEnumerable<RuleEntry> rules, VariableScope scope) => rules.FirstOrDefault(rule => Holds(rule, scope));

    public bool Holds(RuleEntry rule, VariableScope scope) =>
        (rule.If is null || IsTrue(rule.If, scope))
        && (rule.Changes is null || HasChanges(rule, rule.Changes, scope))
        && (rule.Exists is null || Exists(rule, rule.Exists, scope));

    public static bool IsTrue(Expression condition, VariableScope scope) => condition.IsTrue(scope.Value);

    /// <summary>Any of the patterns matches a changed path; true when there is nothing to compare with.</summary>
    public bool HasChanges(IReadOnlyList<string> patterns, IReadOnlyList<string>? changed, VariableScope scope)
    {
        if (changed is null || (long)patterns.Count * changed.Count > MaxComparisons)
        {
            return true;
        }

        return patterns.Select(scope.Expand).Any(pattern => facts.Touches(pattern, changed));
    }

    private bool HasChanges(RuleEntry rule, FilePatterns patterns, VariableScope scope)
    {
        var changed = facts.ChangedFiles;
        if (patterns.CompareTo is { } reference)
        {
            changed = facts.ChangedSince(scope.Expand(reference));
            if (changed is null)
            {
                failed(rule, "rules:changes:compare_to is not a valid ref");
                return false;
            }
        }

        if (patterns.Regexp is not { } regexp)
        {
            return HasChanges(patterns.Paths, changed, scope);
        }

        return changed is null || changed.Count > MaxComparisons || (Ruby(rule, "changes", scope.Expand(regexp)) is { } regex && Any(rule, "changes", regex, changed));
    }

    private bool Exists(RuleEntry rule, FilePatterns patterns, VariableScope scope)
    {
        var tree = facts.Own;
        if (patterns.Project is { } project)
        {
            var path = scope.Expand(project);
            var reference = patterns.Ref is null ? null : scope.Expand(patterns.Ref);
            if (facts.Tree(path, reference) is not { } other)
            {
                failed(rule, facts.IsProjectKnown[path]
                    ? $"rules:exists:ref `{reference}` is not a valid ref in project `{path}`"
                    : $"rules:exists:project `{path}` not found or access denied");
                return false;
            }

            tree = other;
        }

        return patterns.Regexp is { } regexp
            ? Ruby(rule, "exists", scope.Expand(regexp)) is { } regex && Any(rule, "exists", regex, tree.Paths)
            : tree.HasAny([.. patterns.Paths.Select(scope.Expand)]);
    }

    // These patterns are Ruby's, look-around and all, so they need the backtracking engine and a time limit.
    private Regex? Ruby(RuleEntry rule, string keyword, string pattern)
    {
        try
        {
            return new Regex(pattern.TrimStart('/').TrimEnd('/'), RegexOptions.CultureInvariant, PatternTime);
        }
        catch (ArgumentException)
        {
            failed(rule, $"rules:{keyword}:regexp is not a valid regular expression");
            return null;
        }
    }

    private bool Any(RuleEntry rule, string keyword, Regex regex, IReadOnlyList<string> paths)
    {
        try
        {
            return paths.Any(regex.IsMatch);
        }
        catch (RegexMatchTimeoutException)
        {
            failed(rule, $"rules:{keyword}:regexp took too long");
            return false;
        }
    }
}
