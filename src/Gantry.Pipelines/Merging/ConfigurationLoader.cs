using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Merging;

/// <summary>The merged configuration of a request: includes, then references, then extends.</summary>
internal static class ConfigurationLoader
{
    /// <returns>A null root when there is nothing that could be read further.</returns>
    public static async ValueTask<(YamlMap? Root, IReadOnlyList<string> Included)> LoadAsync(
        PipelineRequest request, ProblemList problems, CancellationToken cancellationToken)
    {
        var (merged, included) = await IncludeExpander.ExpandAsync(request, problems, cancellationToken);

        // What a missing file would have held cannot be judged: the follow-up errors would only hide the cause.
        if (merged is null || problems.Errors.Count > 0)
        {
            return (null, included);
        }

        return (Extends.Resolve(References.Resolve(merged, problems), problems), included);
    }
}
