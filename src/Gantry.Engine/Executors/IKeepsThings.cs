using Gantry.Engine.Keeping;

namespace Gantry.Engine.Executors;

/// <summary>An ability of an executor: it knows what of its doing outlives jobs (<c>gantry prune</c>).</summary>
public interface IKeepsThings
{
    /// <exception cref="EnvironmentException">The place where they are cannot be asked.</exception>
    Task<IReadOnlyList<KeptThing>> KeptAsync(CancellationToken cancellationToken);
}
