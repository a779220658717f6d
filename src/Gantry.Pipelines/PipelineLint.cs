using Gantry.Pipelines.Merging;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines;

/// <summary>
/// Checks a configuration without creating anything: the same path as <see cref="PipelineCompiler"/>, which also keeps the
/// merged text and the names of the included files.
/// </summary>
public static class PipelineLint
{
    public static async ValueTask<LintReport> CheckAsync(PipelineRequest request, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        var (root, included) = await ConfigurationLoader.LoadAsync(request, problems, cancellationToken);
        var compilation = root is null || problems.Errors.Count > 0
            ? PipelineCompiler.Rejected(problems)
            : await PipelineCompiler.CompileAsync(request, root, problems, cancellationToken);
        return new LintReport(compilation, root is null ? null : YamlText.Of(root), included);
    }
}
