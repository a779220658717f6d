namespace Gantry.Engine.Executors;

/// <summary>What became of a place that an earlier process made (docs/adr/0022).</summary>
public abstract record Reopening
{
    private Reopening() { }

    /// <summary>
    /// The script that was running there still runs. The first <see cref="IJobEnvironment.RunAsync"/> goes on with it instead of
    /// starting anything: what it has written since, what it writes, its exit.
    /// </summary>
    /// <param name="Place">The caller disposes it.</param>
    /// <param name="LogOffset">
    /// The log has all of the script's output up to a place which it reached at this size; what the script wrote behind that place
    /// comes again.
    /// </param>
    public sealed record Running(IJobEnvironment Place, long LogOffset) : Reopening;

    /// <summary>Nothing goes on, and what was left there is removed.</summary>
    /// <param name="Why">For the user, to follow "the runner stopped while the job was running"; empty when there is nothing to add.</param>
    public sealed record Lost(string Why) : Reopening;
}
