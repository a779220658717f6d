using Gantry.Coordinator.Local;
using Gantry.Pipelines.Model;

namespace Gantry.Exec;

/// <summary>Which part of the pipeline is wanted.</summary>
internal sealed class JobSelection(ExecOptions options)
{
    public bool IsEverything => options.Jobs.Count == 0 && options.Stages.Count == 0;

    /// <exception cref="SelectionException">A job or stage is not in the pipeline.</exception>
    public PipelineModel Apply(PipelineModel pipeline)
    {
        if (IsEverything)
        {
            return pipeline;
        }

        foreach (var stage in options.Stages.Where(stage => !pipeline.Stages.Contains(stage)))
        {
            throw new SelectionException($"the pipeline has no jobs in a stage '{stage}'; stages: {string.Join(", ", pipeline.Stages)}");
        }

        var named = pipeline.Jobs.Where(job => options.Stages.Contains(job.Stage)).Select(job => job.Name).Concat(options.Jobs).ToList();
        var selected = PipelineSelection.Select(pipeline, named, out var unknown);
        if (unknown.Count > 0)
        {
            throw new SelectionException(string.Join('\n', unknown.Select(name => Missing(name, pipeline))));
        }

        return options.OnlyJobs ? Only(selected, [.. named]) : selected;
    }

    private static PipelineModel Only(PipelineModel selected, HashSet<string> named)
    {
        var jobs = selected.Jobs.Where(job => named.Contains(job.Name) || named.Contains(job.BaseName)).ToList();
        var names = jobs.Select(job => job.Name).ToHashSet(StringComparer.Ordinal);
        List<string> stages = [.. jobs.Select(job => job.Stage).Distinct()];
        return selected with
        {
            Stages = stages,
            Jobs = [.. jobs.Select(job => job with
            {
                StageIndex = stages.IndexOf(job.Stage),
                Needs = [.. job.Needs.Where(need => names.Contains(need.Job))],
                Dependencies = job.Dependencies?.Where(names.Contains).ToList(),
            })],
        };
    }

    private static string Missing(string name, PipelineModel pipeline)
    {
        var near = Engine.Spelling.Nearest(name, pipeline.Jobs.Select(job => job.Name));
        var known = string.Join(", ", pipeline.Jobs.Select(job => job.BaseName).Distinct().Take(20));
        return $"the pipeline has no job '{name}'{(near is null ? $"; jobs: {known}" : $"; did you mean '{near}'?")}";
    }
}
