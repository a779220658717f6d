namespace Gantry.Pipelines.Model;

/// <summary>Part of a pipeline: some jobs and all that they need. GitLab always runs everything; a local run need not.</summary>
public static class PipelineSelection
{
    /// <param name="pipeline">The whole.</param>
    /// <param name="names">Names of jobs; the name in the file means all instances.</param>
    /// <param name="unknown">Names that no job has.</param>
    /// <returns>The jobs with those that they need or take artifacts from, transitively. A job that is left out is no longer waited for.</returns>
    public static PipelineModel Select(PipelineModel pipeline, IReadOnlyCollection<string> names, out IReadOnlyList<string> unknown)
    {
        var byName = pipeline.Jobs.ToLookup(job => job.Name, StringComparer.Ordinal);
        var byBase = pipeline.Jobs.ToLookup(job => job.BaseName, StringComparer.Ordinal);
        unknown = [.. names.Where(name => !byName.Contains(name) && !byBase.Contains(name))];
        var open = new Stack<JobModel>(names.SelectMany(name => byName.Contains(name) ? byName[name] : byBase[name]));
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        while (open.TryPop(out var job))
        {
            if (!chosen.Add(job.Name))
            {
                continue;
            }

            foreach (var needed in job.Needs.Select(need => need.Job).Concat(job.Dependencies ?? []).SelectMany(name => byName[name]))
            {
                open.Push(needed);
            }
        }

        var jobs = pipeline.Jobs.Where(job => chosen.Contains(job.Name)).ToList();
        List<string> stages = [.. jobs.Select(job => job.Stage).Distinct()];
        return pipeline with { Jobs = [.. jobs.Select(job => job with { StageIndex = stages.IndexOf(job.Stage) })], Stages = stages };
    }
}
