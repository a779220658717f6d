namespace Gantry.Coordinator.Store;

/// <summary>A CI/CD variable of the instance or a project (ci-yaml §16.4). The value may be a secret.</summary>
internal sealed record VariableRow
{
    public required string Key { get; init; }
    public required string Value { get; init; }

    /// <summary><c>env_var</c> or <c>file</c>.</summary>
    public string Type { get; init; } = "env_var";

    /// <summary>Only for jobs on protected refs.</summary>
    public bool Protected { get; init; }

    public bool Masked { get; init; }

    /// <summary>The value is never shown again.</summary>
    public bool Hidden { get; init; }

    /// <summary>Never expanded.</summary>
    public bool Raw { get; init; }

    /// <summary><c>*</c>, a name, or a pattern with <c>*</c>.</summary>
    public string EnvironmentScope { get; init; } = "*";

    public string Description { get; init; } = "";

    public override string ToString() => $"{Key}=[MASKED]";
}
