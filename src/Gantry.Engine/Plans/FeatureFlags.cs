namespace Gantry.Engine.Plans;

/// <summary>Every known feature flag with its resolved value (official-job-protocol §5.3).</summary>
public sealed record FeatureFlags(IReadOnlyDictionary<string, bool> Values)
{
    public bool this[string name] => Values.TryGetValue(name, out var value) && value;
}
