using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>
/// Finds the job for a runner that asks. The list of waiting jobs is kept in memory between changes, so that a poll that
/// finds nothing costs no disk; the hand-over itself is decided inside one write. Thread-safe.
/// </summary>
internal sealed class JobQueue
{
    private readonly Database _database;
    private readonly Assignment _assignment;
    private long _changes;
    private volatile Snapshot? _snapshot;

    public JobQueue(Database database, ChangeFeed feed, Assignment assignment)
    {
        _database = database;
        _assignment = assignment;
        feed.Listen(changes =>
        {
            if (changes.Any(change => change.JobId != 0 || change == Change.Everything))
            {
                Interlocked.Increment(ref _changes);
            }
        });
    }

    /// <summary>Settings of a project or runner changed in a way that the feed does not tell.</summary>
    public void Forget() => Interlocked.Increment(ref _changes);

    /// <summary>The first waiting job that the runner may take, given to it; null when there is none.</summary>
    public async Task<AssignedJob?> TakeAsync(KnownRunner runner, CancellationToken cancellation)
    {
        var waiting = await WaitingAsync(cancellation);
        foreach (var job in InOrder(runner.Runner, waiting))
        {
            if (Matching.Why(runner.Runner, runner.ProjectIds, job) is null
                && await _database.WriteAsync(session => _assignment.TryAssign(session, job.Id, runner), cancellation) is { } assigned)
            {
                return assigned;
            }
        }

        return null;
    }

    // Instance runners serve the project with the fewest running jobs first; others in order of arrival.
    private static IEnumerable<WaitingJobRow> InOrder(RunnerRow runner, IReadOnlyList<WaitingJobRow> waiting) =>
        runner.IsInstance ? waiting.OrderBy(job => job.RunningOnInstanceRunners).ThenBy(job => job.Id) : waiting;

    private async Task<IReadOnlyList<WaitingJobRow>> WaitingAsync(CancellationToken cancellation)
    {
        var version = Interlocked.Read(ref _changes);
        if (_snapshot is { } known && known.Version == version)
        {
            return known.Jobs;
        }

        var jobs = await _database.ReadAsync(session => session.Jobs.Waiting(), cancellation);
        _snapshot = new Snapshot(version, jobs);
        return jobs;
    }

    private sealed record Snapshot(long Version, IReadOnlyList<WaitingJobRow> Jobs);
}
