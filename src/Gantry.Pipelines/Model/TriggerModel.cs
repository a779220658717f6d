using Gantry.Pipelines.Includes;

namespace Gantry.Pipelines.Model;

/// <summary><c>trigger</c>: a pipeline of another project, or a child pipeline of this one.</summary>
public abstract record TriggerModel
{
    private TriggerModel()
    {
    }

    public TriggerStrategy Strategy { get; init; }

    /// <summary>Hand on the job's YAML variables.</summary>
    public bool ForwardYamlVariables { get; init; } = true;

    /// <summary>Hand on the variables that this pipeline was started with.</summary>
    public bool ForwardPipelineVariables { get; init; }

    /// <summary>A pipeline of another project. Both texts are expanded.</summary>
    public sealed record Project(string Path, string? Branch) : TriggerModel
    {
        public IReadOnlyDictionary<string, InputValue> Inputs { get; init; } = new Dictionary<string, InputValue>();
    }

    /// <summary>
    /// A child pipeline: <paramref name="ConfigurationYaml"/> is the text of its configuration, a file with nothing but
    /// <c>include</c>. <see cref="PipelineRequest"/> takes it as the root text.
    /// </summary>
    /// <param name="ConfigurationYaml">Self-contained YAML.</param>
    public sealed record Child(string ConfigurationYaml) : TriggerModel
    {
        /// <summary>Jobs of this pipeline whose artifacts hold the configuration.</summary>
        public IReadOnlyList<string> ArtifactJobs { get; init; } = [];
    }
}

/// <summary>How a bridge follows its downstream pipeline.</summary>
public enum TriggerStrategy
{
    /// <summary>Succeeds when the downstream exists.</summary>
    None,

    /// <summary>Runs until the downstream is finished.</summary>
    Depend,

    /// <summary>Has the downstream's status at all times.</summary>
    Mirror,
}
