using System.Globalization;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Variables;

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

        return [.. producers.Concat(Across(session, job, definition)).Where(other => other.Kind == "build")];
    }

    // Of the same project only: a job's token reaches no further.
    private static IEnumerable<JobRow> Across(StoreSession session, JobRow job, JobDefinition definition)
    {
        if (definition.CrossNeeds.Count == 0)
        {
            return [];
        }

        var given = session.Pipelines.Variables(job.PipelineId);
        string? ValueOf(string name) => given.LastOrDefault(variable => variable.Key == name)?.Value
            ?? definition.Variables.LastOrDefault(variable => variable.Key == name)?.Value;
        return
        [
            .. definition.CrossNeeds
                .Select(need => long.TryParse(Expansion.Expand(need.Pipeline, ValueOf), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    && session.Pipelines.Find(id)?.ProjectId == job.ProjectId
                        ? session.Jobs.Latest(id).FirstOrDefault(other => other.Name == need.Job)
                        : null)
                .OfType<JobRow>(),
        ];
    }
}
