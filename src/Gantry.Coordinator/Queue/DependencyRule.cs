using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>Whose artifacts a job gets (ci-yaml §12.3).</summary>
internal static class DependencyRule
{
    /// <summary>
    /// A job with needs: the needs that want artifacts. Others: all earlier stages. <c>dependencies</c> narrows either. By
    /// stage and id.
    /// </summary>
    public static IReadOnlyList<JobRow> Of(StoreSession session, JobRow job, JobDefinition definition)
    {
        var latest = session.Jobs.Latest(job.PipelineId);
        IEnumerable<JobRow> producers;
        if (job.Dag)
        {
            var needed = session.Jobs.Needs(job.Id).Where(need => need.Artifacts).Select(need => need.Name).ToHashSet();
            producers = latest.Where(other => needed.Contains(other.Name));
        }
        else
        {
            producers = latest.Where(other => other.StageIndex < job.StageIndex);
        }

        if (definition.Dependencies is { } names)
        {
            producers = producers.Where(other => names.Contains(other.Name));
        }

        return [.. producers.Where(other => other.Kind == "build")];
    }
}
