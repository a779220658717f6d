using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Parts;
using Gantry.Coordinator.Web.Views;
using Gantry.Pipelines.Model;

namespace Gantry.Coordinator.Web.Graphs;

/// <summary>What waits for what: the jobs of a pipeline, or those that a configuration would make.</summary>
internal static class JobGraph
{
    // Where stages order jobs, each waits for all of the stage before: that many lines are a carpet, not a picture.
    private const int MostStageLines = 80;

    /// <param name="scope">The page's.</param>
    /// <param name="project">The project.</param>
    /// <param name="jobs">Newest attempts of the pipeline.</param>
    /// <param name="needs">Every <c>needs</c> entry of the pipeline.</param>
    public static IReadOnlyList<GraphNode> Of(PageScope scope, ProjectRow project, IReadOnlyList<JobRow> jobs, IReadOnlyList<JobNeedRow> needs)
    {
        var needed = needs.ToLookup(need => need.JobId, need => JobGroup.NameOf(need.Name));
        var groups = jobs.GroupBy(job => JobGroup.NameOf(job.Name)).ToList();
        var stages = groups.ToLookup(group => group.First().StageIndex, group => group.Key);
        return
        [
            .. groups.Select(group =>
            {
                var members = group.ToList();
                var first = members.OrderBy(job => scope.Look(job).Rank).First();
                var look = members.Count == 1 ? scope.Look(first) : StatusLook.OfStage(members, scope.Words);
                return new GraphNode
                {
                    Name = group.Key,
                    Count = members.Count,
                    Stage = first.StageIndex,
                    Needs = first.Dag ? [.. members.SelectMany(job => needed[job.Id]).Distinct()] : Before(stages, first.StageIndex, stages[first.StageIndex].Count()),
                    Tone = look.Tone,
                    Icon = look.Icon,
                    Address = WebPath.Job(project, first.Id),
                    Hint = $"{group.Key}: {look.Label}",
                };
            }),
        ];
    }

    /// <summary>The jobs that a configuration would make.</summary>
    public static IReadOnlyList<GraphNode> Of(IReadOnlyList<JobModel> jobs)
    {
        var groups = jobs.GroupBy(job => job.BaseName).ToList();
        var names = jobs.ToDictionary(job => job.Name, job => job.BaseName);
        var stages = groups.ToLookup(group => group.First().StageIndex, group => group.Key);
        return
        [
            .. groups.Select(group =>
            {
                var first = group.First();
                return new GraphNode
                {
                    Name = group.Key,
                    Count = group.Count(),
                    Stage = first.StageIndex,
                    Needs = first.IsDag
                        ? [.. group.SelectMany(job => job.Needs).Select(need => names.GetValueOrDefault(need.Job, need.Job)).Distinct()]
                        : Before(stages, first.StageIndex, stages[first.StageIndex].Count()),
                    Hint = $"{group.Key} ({first.Stage})",
                };
            }),
        ];
    }

    // Everything of the nearest stage before that has jobs.
    private static List<string> Before(ILookup<int, string> stages, int stage, int siblings)
    {
        var before = stages.Where(other => other.Key < stage).OrderByDescending(other => other.Key).FirstOrDefault()?.ToList() ?? [];
        return before.Count * siblings <= MostStageLines ? before : [before[0]];
    }
}
