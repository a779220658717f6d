using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Patterns;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Rules;

/// <summary><c>only</c> and <c>except</c>: all given kinds of condition for <c>only</c>, any of them for <c>except</c>.</summary>
internal sealed class PolicyMatch(PipelineFacts facts, RepositoryFacts repository, RuleMatch rules)
{
    /// <summary>The job belongs to the pipeline.</summary>
    public bool Includes(JobEntry job, bool hasWorkflowRules, VariableScope scope)
    {
        var only = job.Only is { Refs: null } ? job.Only with { Refs = PolicyEntry.BranchesAndTags.Refs } : job.Only;
        only ??= hasWorkflowRules ? null : PolicyEntry.BranchesAndTags;
        return (only is null || Conditions(only, scope).All(holds => holds)) && (job.Except is null || !Conditions(job.Except, scope).Any(holds => holds));
    }

    private IEnumerable<bool> Conditions(PolicyEntry policy, VariableScope scope)
    {
        if (policy.Refs is { } refs)
        {
            yield return refs.Any(IsRef);
        }

        if (policy.Variables is { } conditions)
        {
            yield return conditions.Any(condition => RuleMatch.IsTrue(condition, scope));
        }

        if (policy.Changes is { } patterns)
        {
            yield return rules.HasChanges(patterns, repository.ChangedFiles, scope);
        }

        if (policy.NeedsKubernetes)
        {
            yield return false;
        }
    }

    private bool IsRef(string text)
    {
        var at = text.LastIndexOf('@');
        var (name, project) = at > 0 && text.LastIndexOf('/', text.Length - 1) > at ? (text[..at], text[(at + 1)..]) : (text, null);
        return (project is null || project == facts.Project.FullPath) && Matches(name);
    }

    private bool Matches(string name)
    {
        var kind = facts.Reference.Kind;
        if (name == "branches" ? kind == GitReferenceKind.Branch : name == "tags" && kind == GitReferenceKind.Tag)
        {
            return true;
        }

        if (name == facts.Source || name == facts.Source + "s" || (name == "merge_requests" && facts.Source == PipelineSources.MergeRequestEvent)
            || (name == "external_pull_requests" && facts.Source == "external_pull_request_event") || (name == "pushes" && facts.Source == PipelineSources.Push))
        {
            return true;
        }

        return RegexLiteral.Parse(name)?.IsMatch(facts.Reference.Name) ?? name == facts.Reference.Name;
    }
}
