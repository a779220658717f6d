using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Parts;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Looks up what a row of the pipelines list, and the head of a pipeline's page, show.</summary>
internal static class PipelineList
{
    public static PipelineItem Item(StoreSession session, PageScope scope, ProjectRow project, PipelineRow pipeline)
    {
        var jobs = session.Jobs.Latest(pipeline.Id);
        var stages = jobs
            .GroupBy(job => job.StageIndex)
            .OrderBy(stage => stage.Key)
            .Select(stage => new StageView(stage.First().Stage, Sorted(stage, scope), StatusLook.OfStage([.. stage], scope.Words)));
        return new PipelineItem
        {
            Scope = scope,
            Project = project,
            Pipeline = pipeline,
            Stages = [.. stages],
            Creator = session.Users.Find(pipeline.UserId)?.Username ?? "",
            Latest = session.Pipelines.Latest(project.Id, pipeline.Ref)?.Id == pipeline.Id,
        };
    }

    // What needs attention first, then by name (the reference's §1).
    private static List<JobRow> Sorted(IEnumerable<JobRow> jobs, PageScope scope) =>
        [.. jobs.OrderBy(job => scope.Look(job).Rank).ThenBy(job => job.Name, NaturalOrder.Instance)];
}
