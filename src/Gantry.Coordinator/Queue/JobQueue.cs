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
    private readonly Lock _gate = new();
    private long _changes;
    private Task<WaitingJobs>? _waiting;

    public JobQueue(Database database, ChangeFeed feed, Assignment assignment)
    {
        _database = database;
        _assignment = assignment;
        feed.Listen(changes =>
        {
            if (changes.Any(change => change.JobId != 0 || change == Change.Everything))
            {
                Forget();
            }
        });
    }

    /// <summary>Settings of a project or runner changed in a way that the feed does not tell.</summary>
    public void Forget() => Interlocked.Increment(ref _changes);

    /// <summary>The first waiting job that the runner may take, given to it; null when there is none.</summary>
    public async Task<AssignedJob?> TakeAsync(KnownRunner runner, CancellationToken cancellation)
    {
        var waiting = await WaitingAsync();
        if (waiting.HasNothingFor(runner.Runner))
        {
            return null;
        }

        var tried = false;
        foreach (var job in waiting.For(runner.Runner))
        {
            if (!Matching.May(runner.Runner, runner.ProjectIds, job))
            {
                continue;
            }

            tried = true;
            if (await _database.WriteAsync(session => _assignment.TryAssign(session, job.Id, runner), cancellation) is { } assigned)
            {
                return assigned;
            }
        }

        if (!tried)
        {
            waiting.NothingFor(runner.Runner);
        }

        return null;
    }

    // Read once for all that ask at the same time: a job that becomes ready wakes every runner.
    private Task<WaitingJobs> WaitingAsync()
    {
        var version = Interlocked.Read(ref _changes);
        lock (_gate)
        {
            if (_waiting is not { IsFaulted: false } known || (known.IsCompletedSuccessfully && known.Result.Version < version))
            {
                _waiting = known = ReadAsync(version);
            }

            return known;
        }
    }

    private Task<WaitingJobs> ReadAsync(long version) =>
        _database.ReadAsync(session => new WaitingJobs(version, session.Jobs.Waiting()), CancellationToken.None);
}
