namespace Gantry.Pipelines.Model;

/// <summary><c>environment</c>, expanded with the job's variables. The url may still hold variables that a dotenv report sets.</summary>
public sealed record EnvironmentModel
{
    public required string Name { get; init; }

    public required string Slug { get; init; }

    public string? Url { get; init; }

    /// <summary><c>start</c>, <c>prepare</c>, <c>stop</c>, <c>verify</c> or <c>access</c>.</summary>
    public string Action { get; init; } = "start";

    /// <summary>As written or guessed from the name.</summary>
    public required string Tier { get; init; }

    public string? OnStop { get; init; }

    /// <summary>A duration text, or <c>never</c>.</summary>
    public string? AutoStopIn { get; init; }
}
