namespace Gantry.Engine.Plans;

/// <summary>Every known feature flag with its resolved value (official-job-protocol §5.3).</summary>
public sealed record FeatureFlags(IReadOnlyDictionary<string, bool> Values)
{
    public bool this[string name] => Values.TryGetValue(name, out var value) && value;

    /// <summary>Flags that differ from their default, as the log header shows them: <c>FF_A:true, FF_B:false</c>.</summary>
    public string Report => string.Join(", ",
        KnownFlags.Defaults.Where(f => Values.TryGetValue(f.Key, out var value) && value != f.Value)
            .Select(f => $"{f.Key}:{(f.Value ? "false" : "true")}"));

    /// <summary>
    /// Per flag: the operator's value, else the job's variable (which includes the runner entry's <c>environment</c>),
    /// else the default. A value that is not a boolean leaves the default and adds a warning.
    /// </summary>
    /// <param name="settings">Flags of the runner entry.</param>
    /// <param name="variables">Payload variables after the runner entry's <c>environment</c>; contents are read.</param>
    /// <param name="warnings">Takes what could not be read.</param>
    internal static FeatureFlags Resolve(IReadOnlyDictionary<string, bool> settings, JobVariables variables, List<string> warnings)
    {
        var values = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var (name, standard) in KnownFlags.Defaults)
        {
            values[name] = settings.TryGetValue(name, out var fixedValue)
                ? fixedValue
                : FromVariable(name, standard, variables, warnings);
        }

        return new FeatureFlags(values);
    }

    private static bool FromVariable(string name, bool standard, JobVariables variables, List<string> warnings)
    {
        var text = variables.Content(name);
        if (string.IsNullOrEmpty(text))
        {
            return standard;
        }

        if (GoBoolean.TryParse(text, out var value))
        {
            return value;
        }

        warnings.Add($"{name}: could not parse feature flag, expected bool, got {text}");
        return standard;
    }
}
