using Gantry.Pipelines.Creation;
using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Graph;
using Gantry.Pipelines.Merging;
using Gantry.Pipelines.Problems;

namespace Gantry.Pipelines;

/// <summary>
/// Text to pipeline, as GitLab does it:
/// <code>
/// Yaml ► Inputs ► Includes ► Merging (references, extends) ► Entries (every keyword) ► Graph ► Rules ► Creation ► model
/// </code>
/// Pure: reads nothing but the request, waits for nothing but its sources. Safe to call from several threads at once.
/// </summary>
public static class PipelineCompiler
{
    public static async ValueTask<PipelineCompilation> CompileAsync(PipelineRequest request, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        var (root, _) = await ConfigurationLoader.LoadAsync(request, problems, cancellationToken);
        if (root is null || problems.Errors.Count > 0)
        {
            return Rejected(problems);
        }

        var configuration = ConfigurationReader.Read(root, problems);
        var graph = new JobGraph(configuration);
        new GraphChecks(graph, problems).Run(configuration.Jobs);
        return problems.Errors.Count > 0
            ? Rejected(problems)
            : await new PipelineBuilder(request, configuration, graph, problems).BuildAsync(cancellationToken);
    }

    private static PipelineCompilation.Rejected Rejected(ProblemList problems) => new(problems.Errors) { Warnings = problems.Warnings };
}
