using System.Collections.Concurrent;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>The waiting jobs at one moment, in the orders in which runners look through them, and who looked in vain. Thread-safe.</summary>
internal sealed class WaitingJobs
{
    // Runners beyond this look again each time.
    private const int Remembered = 20_000;

    private readonly IReadOnlyList<WaitingJobRow> _byArrival;
    private readonly IReadOnlyList<WaitingJobRow> _byFairness;
    private readonly ConcurrentDictionary<RunnerRow, byte> _inVain = new(ReferenceEqualityComparer.Instance);

    /// <param name="version">How often the queue had changed before the jobs were read.</param>
    /// <param name="byArrival">Oldest first.</param>
    public WaitingJobs(long version, IReadOnlyList<WaitingJobRow> byArrival)
    {
        (Version, _byArrival) = (version, byArrival);
        _byFairness = [.. byArrival.OrderBy(job => job.RunningOnInstanceRunners).ThenBy(job => job.Id)];
    }

    public long Version { get; }

    /// <summary>Instance runners serve the project with the fewest running jobs first; others in order of arrival.</summary>
    public IReadOnlyList<WaitingJobRow> For(RunnerRow runner) => runner.IsInstance ? _byFairness : _byArrival;

    /// <summary>The very same row looked before: a changed runner is another row.</summary>
    public bool HasNothingFor(RunnerRow runner) => _inVain.ContainsKey(runner);

    public void NothingFor(RunnerRow runner)
    {
        if (_inVain.Count < Remembered)
        {
            _inVain.TryAdd(runner, 0);
        }
    }
}
