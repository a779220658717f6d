using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines;

/// <summary>Everything that a pipeline is made of, as values. The compiler looks nowhere else.</summary>
public sealed record PipelineRequest
{
    /// <summary>Text of the configuration file.</summary>
    public required string Configuration { get; init; }

    /// <summary>Its name in messages and in <c>CI_CONFIG_PATH</c>.</summary>
    public string ConfigurationPath { get; init; } = ".gitlab-ci.yml";

    /// <summary>Source, ref, commit, project, server and user.</summary>
    public required PipelineFacts Facts { get; init; }

    public VariableLayers Variables { get; init; } = new();

    /// <summary>Inputs given for this pipeline.</summary>
    public IReadOnlyDictionary<string, InputValue> Inputs { get; init; } = new Dictionary<string, InputValue>();

    /// <summary>
    /// Paths that this push or merge request changed; null when there is nothing to compare with (new branch, tag, schedule,
    /// web, API, trigger), which makes every <c>changes</c> true.
    /// </summary>
    public IReadOnlyList<string>? ChangedFiles { get; init; }

    /// <summary>The project at the pipeline's commit.</summary>
    public required IRepositoryTree Tree { get; init; }

    public required IIncludeSource Includes { get; init; }
}
