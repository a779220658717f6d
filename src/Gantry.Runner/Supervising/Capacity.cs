using Gantry.Engine;
using Gantry.Engine.Plans;

namespace Gantry.Runner.Supervising;

/// <summary>
/// How many jobs may run, and the numbers they run under: <c>concurrent</c> for the process, <c>limit</c> per token; the
/// lowest free number per token and per token and project (official-job-protocol §5.5). Requests on their way are not
/// counted against <c>concurrent</c>: a long poll must not keep others from working. Thread-safe.
/// </summary>
internal sealed class Capacity(Action changed)
{
    private readonly Lock _gate = new();
    private readonly List<Slot> _running = [];
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _concurrent = 1;

    /// <summary>Of the process. Running jobs are never ended when it shrinks.</summary>
    public int Concurrent
    {
        get
        {
            lock (_gate)
            {
                return _concurrent;
            }
        }

        set
        {
            lock (_gate)
            {
                _concurrent = value;
                Admit();
            }

            changed();
        }
    }

    /// <summary>Jobs that run or wait for their turn.</summary>
    public int Taken
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Jobs that could begin at once; never negative.</summary>
    public int Free
    {
        get
        {
            lock (_gate)
            {
                return Math.Max(0, _concurrent - _running.Count);
            }
        }
    }

    /// <summary>May this token have one more job besides those on their way to it?</summary>
    public bool HasRoom(Secret token, int limit, int inFlight)
    {
        lock (_gate)
        {
            return _running.Count < _concurrent && (limit <= 0 || _running.Count(s => s.Token == token) + inFlight < limit);
        }
    }

    /// <inheritdoc cref="Take(Secret, long, JobNumbers?)"/>
    public Slot Take(Secret token, long projectId) => Take(token, projectId, known: null);

    /// <summary>
    /// Takes a place for a job that was received. When more jobs came than there are places, the later one waits in
    /// <see cref="Slot.ReadyAsync"/>: it is not accepted meanwhile, so that the server may give it to somebody else.
    /// </summary>
    /// <param name="token">Whose.</param>
    /// <param name="projectId">Of the job.</param>
    /// <param name="known">Numbers that the job has already; null for the lowest that are free.</param>
    public Slot Take(Secret token, long projectId, JobNumbers? known)
    {
        lock (_gate)
        {
            var mine = _running.Where(s => s.Token == token).ToArray();
            var numbers = known ?? new JobNumbers(
                Lowest(mine.Select(s => s.Numbers.Runner)),
                Lowest(mine.Where(s => s.ProjectId == projectId).Select(s => s.Numbers.Project)));
            var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var slot = new Slot(this, token, projectId, numbers, ready.Task);
            _running.Add(slot);
            _waiting.Enqueue(ready);
            Admit();
            return slot;
        }
    }

    private static int Lowest(IEnumerable<int> taken)
    {
        var set = taken.ToHashSet();
        var number = 0;
        while (set.Contains(number))
        {
            number++;
        }

        return number;
    }

    // Those who wait are the last ones taken; as many may go on as fit beside the others.
    private void Admit()
    {
        while (_waiting.Count > 0 && _running.Count - _waiting.Count < _concurrent)
        {
            _waiting.Dequeue().TrySetResult();
        }
    }

    private void Return(Slot slot)
    {
        lock (_gate)
        {
            if (!_running.Remove(slot))
            {
                return;
            }

            Admit();
        }

        changed();
    }

    /// <summary>One job's place; disposing gives it back.</summary>
    internal sealed class Slot(Capacity owner, Secret token, long projectId, JobNumbers numbers, Task ready) : IDisposable
    {
        public Secret Token { get; } = token;

        public long ProjectId { get; } = projectId;

        public JobNumbers Numbers { get; } = numbers;

        /// <summary>Ends when the job may begin.</summary>
        public Task ReadyAsync(CancellationToken cancellationToken) => ready.WaitAsync(cancellationToken);

        public void Dispose() => owner.Return(this);
    }
}
