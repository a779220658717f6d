using System.Text.Json;

namespace Gantry.Engine.Links;

/// <summary>
/// Fetches values from stores of secrets (official-job-protocol §9.6). Threading: calls may overlap.
/// </summary>
public interface ISecretResolver
{
    /// <summary>The store a definition names, such as <c>vault</c>; null when none of its members is a known one.</summary>
    string? StoreOf(JsonElement definition);

    /// <summary>The value; an empty secret when the store has none.</summary>
    /// <exception cref="SecretException">The store refused, cannot be reached, or the definition lacks something.</exception>
    Task<Secret> FetchAsync(SecretRequest request, CancellationToken cancellationToken);
}

/// <summary>One secret of a job.</summary>
public sealed record SecretRequest
{
    /// <summary>The variable that gets the value.</summary>
    public required string Name { get; init; }

    /// <summary>As in the payload, with variables expanded.</summary>
    public required JsonElement Definition { get; init; }

    /// <summary>Names the job in audit logs: <c>job-project-server</c>.</summary>
    public required string SessionName { get; init; }
}

/// <summary>A secret cannot be had. The message names secret, server, path and what to do; never a value or a token.</summary>
/// <param name="message">For the job's log.</param>
/// <param name="isOutage">The store's fault, not the settings'.</param>
public sealed class SecretException(string message, bool isOutage = false) : Exception(message)
{
    public bool IsOutage { get; } = isOutage;
}
