namespace Gantry.Services;

/// <summary>A service as <c>install</c> writes it.</summary>
internal sealed record ServiceDefinition
{
    /// <summary>By which the operator calls it.</summary>
    public required string Name { get; init; }

    /// <summary>This program, absolute.</summary>
    public required string Executable { get; init; }

    /// <summary>From <c>run</c> on.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The account the service itself runs under; empty: the system's own.</summary>
    public string Account { get; init; } = "";

    /// <summary>Of the account, Windows only.</summary>
    public Engine.Secret Password { get; init; }

    public required string WorkingFolder { get; init; }
}
