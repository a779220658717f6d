namespace Gantry.Pipelines.Variables;

/// <summary>
/// The variables that one job, or the pipeline before its jobs, sees at creation. Lists are given lowest precedence first;
/// the last variable of a name counts.
/// </summary>
internal sealed class VariableScope
{
    private readonly IReadOnlyDictionary<string, Variable>[] _highestFirst;
    private readonly Dictionary<string, string> _expanded = new(StringComparer.Ordinal);

    public VariableScope(params IReadOnlyDictionary<string, Variable>[] highestFirst) => _highestFirst = highestFirst;

    public static Dictionary<string, Variable> Layer(IEnumerable<Variable> lowestFirst)
    {
        var layer = new Dictionary<string, Variable>(StringComparer.Ordinal);
        foreach (var variable in lowestFirst)
        {
            layer[variable.Key] = variable;
        }

        return layer;
    }

    public Variable? Find(string name)
    {
        foreach (var layer in _highestFirst)
        {
            if (layer.TryGetValue(name, out var variable))
            {
                return variable;
            }
        }

        return null;
    }

    /// <summary>The value with references in it resolved, recursively; null when there is no such variable.</summary>
    public string? Value(string name)
    {
        if (_expanded.TryGetValue(name, out var known))
        {
            return known;
        }

        if (Find(name) is not { } variable)
        {
            return null;
        }

        if (variable.IsRaw || variable.IsFile || !Expansion.MayHoldReferences(variable.Value))
        {
            return _expanded[name] = variable.Value;
        }

        // A reference back to itself reads as written; Cycle reports it.
        _expanded[name] = variable.Value;
        return _expanded[name] = Expand(variable.Value);
    }

    /// <summary>Undefined references stay; file and raw variables are not put in place, the runner does that.</summary>
    public string Expand(string text) => Expansion.Expand(text, Value);

    /// <summary>The names of a circle that the values from <paramref name="starts"/> lead into, or null.</summary>
    public IReadOnlyList<string>? Cycle(IEnumerable<string> starts)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        foreach (var start in starts)
        {
            if (Walk(start, path, done) is { } cycle)
            {
                return cycle;
            }
        }

        return null;
    }

    private List<string>? Walk(string name, List<string> path, HashSet<string> done)
    {
        var at = path.IndexOf(name);
        if (at >= 0)
        {
            return path[at..];
        }

        if (done.Contains(name) || Find(name) is not { IsRaw: false } variable || !Expansion.MayHoldReferences(variable.Value))
        {
            return null;
        }

        path.Add(name);
        foreach (var reference in Expansion.References(variable.Value))
        {
            // A variable that names itself is the idiom for "append to the outer one" and stays as written.
            if (reference != name && Walk(reference, path, done) is { } cycle)
            {
                return cycle;
            }
        }

        path.RemoveAt(path.Count - 1);
        done.Add(name);
        return null;
    }
}
