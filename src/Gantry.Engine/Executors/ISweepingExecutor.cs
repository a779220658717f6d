namespace Gantry.Engine.Executors;

/// <summary>
/// An ability of executors whose places outlive the runner's process: what an earlier process left can be found by its mark.
/// </summary>
public interface ISweepingExecutor
{
    /// <summary>
    /// Removes what earlier processes of the same runner left. Called once per process; jobs of this process may already run, and
    /// nothing of theirs, of other runners, or meant to outlive jobs is touched.
    /// </summary>
    /// <param name="keep">Ids of jobs that will be gone on with.</param>
    /// <param name="cancellationToken">Ends the sweep.</param>
    /// <returns>How many things were removed; 0 also when there was nobody to ask.</returns>
    Task<int> SweepAsync(IReadOnlySet<long> keep, CancellationToken cancellationToken);
}
