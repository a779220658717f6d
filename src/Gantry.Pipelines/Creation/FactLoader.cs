using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Rules;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Creation;

/// <summary>Goes over the rules that look at repositories and fetches what they will ask for.</summary>
internal static class FactLoader
{
    public static async ValueTask LoadAsync(IEnumerable<RuleEntry>? rules, VariableScope scope, RepositoryFacts facts, CancellationToken cancellationToken)
    {
        foreach (var rule in rules ?? [])
        {
            if (rule.Changes?.CompareTo is { } reference)
            {
                await facts.LoadChangesAsync(scope.Expand(reference), cancellationToken);
            }

            if (rule.Exists is { Project: { } project } exists)
            {
                await facts.LoadTreeAsync(scope.Expand(project), exists.Ref is null ? null : scope.Expand(exists.Ref), cancellationToken);
            }

            if (rule.Exists is not null)
            {
                await facts.LoadTreeAsync(cancellationToken);
            }
        }
    }
}
