namespace Gantry.Pipelines.Variables;

/// <summary>A CI/CD variable, whether from YAML, settings, the user or the product itself.</summary>
public sealed record Variable
{
    public required string Key { get; init; }

    public required string Value { get; init; }

    /// <summary>The job receives the path of a file with the value.</summary>
    public bool IsFile { get; init; }

    /// <summary>Replaced by <c>[MASKED]</c> in traces.</summary>
    public bool IsMasked { get; init; }

    /// <summary>References in the value are not expanded.</summary>
    public bool IsRaw { get; init; }

    /// <summary>YAML and predefined variables: the value is no secret of the settings.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Only for protected refs.</summary>
    public bool IsProtected { get; init; }

    /// <summary><c>*</c>, a name, or a name with <c>*</c> in it.</summary>
    public string EnvironmentScope { get; init; } = "*";

    /// <summary>A public variable, as YAML and the product make them.</summary>
    public static Variable Public(string key, string value) => new() { Key = key, Value = value, IsPublic = true };
}
