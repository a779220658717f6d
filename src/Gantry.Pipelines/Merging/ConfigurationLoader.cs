using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Merging;

/// <summary>The merged configuration of a request, or null when there is nothing that could be read further.</summary>
internal static class ConfigurationLoader
{
    public static ValueTask<YamlMap?> LoadAsync(PipelineRequest request, ProblemList problems, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var node = NodeBuilder.Build(request.Configuration, request.ConfigurationPath, 0, problems);
        if (node is not YamlMap root)
        {
            if (problems.Errors.Count == 0)
            {
                problems.Add(node is null or { IsNull: true } ? "Please provide content of .gitlab-ci.yml" : "Invalid configuration format", new Mark(request.ConfigurationPath, 1, 1));
            }

            return ValueTask.FromResult<YamlMap?>(null);
        }

        var referenced = References.Resolve(root, problems);
        return ValueTask.FromResult<YamlMap?>(Extends.Resolve(referenced, problems));
    }
}
