using Gantry.Pipelines.Creation;
using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Graph;
using Gantry.Pipelines.Merging;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

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
        return root is null || problems.Errors.Count > 0
            ? Rejected(problems)
            : await CompileAsync(request, root, problems, cancellationToken);
    }

    /// <param name="request">Facts, variables and sources.</param>
    /// <param name="root">The merged configuration.</param>
    /// <param name="problems">Found so far; none of them an error.</param>
    /// <param name="cancellationToken">Ends the compilation.</param>
    internal static async ValueTask<PipelineCompilation> CompileAsync(
        PipelineRequest request, YamlMap root, ProblemList problems, CancellationToken cancellationToken)
    {
        var configuration = ConfigurationReader.Read(root, problems);
        var graph = new JobGraph(configuration);
        new GraphChecks(graph, problems).Run(configuration.Jobs);
        return problems.Errors.Count > 0
            ? Rejected(problems)
            : await new PipelineBuilder(request, configuration, graph, problems).BuildAsync(cancellationToken);
    }

    internal static PipelineCompilation Rejected(ProblemList problems) =>
        new PipelineCompilation.Rejected(problems.Errors) { Warnings = problems.Warnings };
}
