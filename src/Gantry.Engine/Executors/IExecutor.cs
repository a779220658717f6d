using Gantry.Engine.Traces;

namespace Gantry.Engine.Executors;

/// <summary>
/// One kind of place where jobs run, bound to one runner entry's settings. Implementations live in Gantry.Executors;
/// the composition root lists them.
/// <para>Threading: all members may be called from several jobs at once.</para>
/// </summary>
public interface IExecutor
{
    /// <summary>The name used in <c>config.toml</c>: <c>shell</c>, <c>docker</c>, …</summary>
    string Name { get; }

    /// <summary>What this executor can do and which defaults it brings. Constant.</summary>
    ExecutorTraits Traits { get; }

    /// <summary>
    /// Makes the place for one job: checks settings, pulls images, starts what must run. Tells the user what happens
    /// through <paramref name="log"/>. Called up to three times (official-job-protocol §4.1 step 8): a call that throws
    /// has already removed what it made.
    /// </summary>
    /// <exception cref="EnvironmentException">The place cannot be made; carries the failure reason and whether a retry makes sense.</exception>
    Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a place that an earlier process made, from the handle in the job's journal. Whatever cannot go on is removed.
    /// </summary>
    /// <exception cref="EnvironmentException">The place cannot be looked for; what is there stays.</exception>
    Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken);
}
