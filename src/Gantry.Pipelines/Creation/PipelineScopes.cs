using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Creation;

/// <summary>The variables around the YAML ones: predefined below them; user, settings, pipeline and schedule above.</summary>
internal sealed class PipelineScopes
{
    private readonly PipelineRequest _request;
    private readonly Dictionary<string, Variable> _below;
    private readonly Dictionary<string, Dictionary<string, Variable>> _above = new(StringComparer.Ordinal);

    public PipelineScopes(PipelineRequest request)
    {
        _request = request;
        _below = VariableScope.Layer(PredefinedVariables.ForPipeline(request.Facts));
    }

    /// <summary>What includes and the workflow see.</summary>
    public VariableScope ForPipeline(IEnumerable<Variable> yaml) => new(Above(""), VariableScope.Layer(yaml), _below);

    /// <param name="yaml">The job's YAML variables.</param>
    /// <param name="predefined">The job's own predefined ones, which are the weakest.</param>
    /// <param name="environment">Expanded name, or "".</param>
    public VariableScope ForJob(IReadOnlyDictionary<string, Variable> yaml, IReadOnlyDictionary<string, Variable> predefined, string environment) =>
        new(Above(environment), yaml, _below, predefined);

    private Dictionary<string, Variable> Above(string environment)
    {
        if (_above.TryGetValue(environment, out var known))
        {
            return known;
        }

        var facts = _request.Facts;
        return _above[environment] = VariableScope.Layer(
            [.. PredefinedVariables.ForUser(facts.User), .. LayeredVariables.Select(_request.Variables, environment, facts.Reference.IsProtected)]);
    }
}
