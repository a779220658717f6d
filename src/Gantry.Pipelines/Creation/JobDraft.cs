using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Graph;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Creation;

/// <summary>An instance on its way to becoming a job: its variables as the rules see them.</summary>
internal sealed class JobDraft
{
    private readonly PipelineScopes _scopes;
    private readonly Dictionary<string, Variable> _predefined;

    public JobDraft(JobInstance instance, IReadOnlyList<Variable> global, PipelineScopes scopes)
    {
        Instance = instance;
        _scopes = scopes;
        var entry = instance.Entry;
        _predefined = VariableScope.Layer(
            PredefinedVariables.ForJob(instance.Name, entry.Name, entry.Stage, instance.Parallel, entry.When == JobWhen.Manual));
        Yaml = VariableScope.Layer(
        [
            .. entry.Inherit.Variables is null ? global : global.Where(variable => entry.Inherit.TakesVariable(variable.Key)),
            .. entry.Variables,
            .. (instance.Parallel?.Matrix ?? []).Select(pair => Variable.Public(pair.Key, pair.Value)),
        ]);
        Rescope();
    }

    public JobInstance Instance { get; }

    public Dictionary<string, Variable> Yaml { get; }

    public VariableScope Scope { get; private set; } = null!;

    /// <summary>Expanded.</summary>
    public string? EnvironmentName { get; private set; }

    public RuleEntry? Rule { get; private set; }

    /// <summary>Takes the matching rule, whose variables win over the job's.</summary>
    public void Take(RuleEntry rule)
    {
        Rule = rule;
        if (rule.Variables.Count == 0)
        {
            return;
        }

        foreach (var variable in rule.Variables)
        {
            Yaml[variable.Key] = variable;
        }

        Rescope();
    }

    // The environment decides which settings count, and its name may come from variables without an environment.
    private void Rescope()
    {
        Scope = _scopes.ForJob(Yaml, _predefined, "");
        if (Instance.Entry.Environment is { } environment)
        {
            EnvironmentName = Scope.Expand(environment.Name);
            Scope = _scopes.ForJob(Yaml, _predefined, EnvironmentName);
        }
    }
}
