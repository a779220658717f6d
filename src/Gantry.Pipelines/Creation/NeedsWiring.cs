using Gantry.Pipelines.Graph;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Problems;

namespace Gantry.Pipelines.Creation;

/// <summary>The needs of a job among the jobs that the rules left: a missing one is an error unless it is optional.</summary>
internal static class NeedsWiring
{
    private const int Limit = 50;

    public static List<NeedModel> Needs(JobDraft draft, JobGraph graph, HashSet<string> existing, ProblemList problems)
    {
        var entry = draft.Instance.Entry;
        var written = draft.Rule?.Needs ?? entry.Needs?.Jobs ?? [];
        if (written.Count > Limit)
        {
            problems.Add(
                $"{draft.Instance.Name}: one job can only need {Limit} others, but you have listed {written.Count}. See needs keyword documentation for more details",
                entry.Node["needs"] ?? entry.NameNode);
        }

        var needs = new List<NeedModel>();
        foreach (var (name, need) in graph.Expand(draft.Instance, written, problems: null))
        {
            if (existing.Contains(name))
            {
                needs.Add(new NeedModel(name, need.Artifacts, need.Optional));
            }
            else if (!need.Optional)
            {
                problems.Add(
                    $"'{draft.Instance.Name}' job needs '{name}' job, but '{name}' does not exist in the pipeline. "
                    + "This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.",
                    need.Node);
            }
        }

        return needs;
    }
}
