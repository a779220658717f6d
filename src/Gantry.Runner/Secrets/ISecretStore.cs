using Gantry.Engine;

namespace Gantry.Runner.Secrets;

/// <summary>One kind of store.</summary>
internal interface ISecretStore
{
    /// <summary>The definition's member.</summary>
    string Member { get; }

    /// <summary>In the job's log.</summary>
    string Name { get; }

    /// <summary>An empty secret when the store has none.</summary>
    /// <exception cref="Engine.Links.SecretException">It cannot be had.</exception>
    Task<Secret> FetchAsync(SecretText definition, CancellationToken cancellationToken);
}
