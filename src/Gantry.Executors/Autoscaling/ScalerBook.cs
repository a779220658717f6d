using Gantry.Executors.Autoscaling.Providers;

namespace Gantry.Executors.Autoscaling;

/// <summary>
/// The instances of one runner, their places and what is to happen to them (official-executors §6). It computes and nothing else: events
/// go in with their time, steps come out, and whoever carries them out tells the book the end.
/// <code>
///  Grow           Observe                  Observe              BecameReady
///  ────► requested ──────► Creating ──────────────► Preparing ─────────────► Ready ◄──► places with jobs
///                             │                        │ GiveUp                │ Turn, Release, Beat
///                             └────────────────────────┴─────► Removing ◄──────┘
///                                                                 │ Observe: it is gone
/// </code>
/// Thread-safe: each event is one step for all.
/// </summary>
/// <param name="remembered">What an earlier process wrote down.</param>
/// <param name="keepsOccupied">An instance that had a job then stays.</param>
internal sealed class ScalerBook(IReadOnlyDictionary<string, RememberedInstance> remembered, bool keepsOccupied)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ScaledInstance> _instances = new(StringComparer.Ordinal);
    private readonly ScalerGrowth _growth = new();
    private int _reserved;
    private int _waiting;
    private bool _observed;

    /// <summary>Something is to change at the provider.</summary>
    public bool IsExpecting
    {
        get
        {
            lock (_gate)
            {
                return _growth.IsExpecting || _instances.Values.Any(i => i.State is InstanceState.Creating or InstanceState.Removing);
            }
        }
    }

    /// <summary>What the provider has, as it says now.</summary>
    public IReadOnlyList<ScalerStep> Observe(IReadOnlyList<ProvidedInstance> seen, DateTimeOffset now)
    {
        var vanished = new List<CancellationTokenSource>();
        var steps = new List<ScalerStep>();
        lock (_gate)
        {
            foreach (var (id, phase) in seen)
            {
                if (phase != InstancePhase.Gone && See(id, phase, now) is { } step)
                {
                    steps.Add(step);
                }
            }

            var present = seen.Where(one => one.Phase != InstancePhase.Gone).Select(one => one.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _instances.Values.Where(i => !present.Contains(i.Id)).ToList())
            {
                _instances.Remove(gone.Id);
                vanished.Add(gone.Gone);
            }

            _growth.Forget(now);
            _observed = true;
        }

        // Jobs go on from here, which call the book again.
        foreach (var gone in vanished)
        {
            gone.Cancel();
        }

        return steps;
    }

    /// <summary>What the demand of this moment wants: more instances, or fewer.</summary>
    public IReadOnlyList<ScalerStep> Turn(ScalerRules rules, DateTimeOffset now)
    {
        lock (_gate)
        {
            var steps = new List<ScalerStep>();
            foreach (var stuck in _instances.Values.Where(i => i.State == InstanceState.Removing && now - i.RemovalAsked >= rules.DeletionRetry))
            {
                stuck.RemovalAsked = now;
                steps.Add(new ScalerStep.Remove(stuck.Id, stuck.Reason));
            }

            steps.AddRange(Shrink(rules, now));
            if (_observed && _growth.Begin(Demand(rules).ToMake, rules, now) is > 0 and var count)
            {
                steps.Add(new ScalerStep.Grow(count));
            }

            return steps;
        }
    }

    /// <summary>The provider has answered a request for instances, or could not.</summary>
    /// <param name="asked">As the step said.</param>
    /// <param name="promised">As the provider said.</param>
    /// <param name="now">The time.</param>
    public void Grown(int asked, int promised, DateTimeOffset now)
    {
        lock (_gate)
        {
            _growth.End(asked, promised, now);
        }
    }

    /// <summary>Keeps a place for a job that may come, or the prospect of one.</summary>
    public bool Reserve(ScalerRules rules, DateTimeOffset now)
    {
        lock (_gate)
        {
            var promised = _reserved + _waiting;
            if (_instances.Values.Sum(i => i.Free(rules)) <= promised && !(_observed && Demand(rules).MayPromise(promised, now)))
            {
                return false;
            }

            _reserved++;
            return true;
        }
    }

    /// <summary>No job came.</summary>
    public void Unreserve()
    {
        lock (_gate)
        {
            _reserved--;
        }
    }

    /// <summary>A job waits for a place from now on.</summary>
    /// <param name="isReserved">It came for a reservation, which is used up by that.</param>
    public void Wait(bool isReserved)
    {
        lock (_gate)
        {
            _reserved -= isReserved ? 1 : 0;
            _waiting++;
        }
    }

    /// <summary>The job waits no longer.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _waiting--;
        }
    }

    /// <summary>Gives a waiting job its place; null: there is none yet.</summary>
    public InstanceSlot? Acquire(ScalerRules rules)
    {
        lock (_gate)
        {
            // One that failed a moment ago is the last to be tried again.
            var free = _instances.Values.Where(i => i.Free(rules) > 0).OrderBy(i => i.Failures);
            // Instances that come and go are filled, so that others become empty; those that stay share the work.
            var chosen = (rules.IsFixed ? free.ThenBy(i => i.Busy.Count).ThenBy(i => i.Uses) : free.ThenByDescending(i => i.Busy.Count).ThenBy(i => i.Since))
                .FirstOrDefault();
            if (chosen is null)
            {
                return null;
            }

            var slot = Enumerable.Range(0, rules.Capacity).First(number => !chosen.Busy.Contains(number));
            chosen.Busy.Add(slot);
            chosen.Uses++;
            _waiting--;
            return new InstanceSlot(chosen.Id, slot, !chosen.IsSwept || (chosen.IsFound && chosen.Busy.Count == 1), chosen.Gone.Token);
        }
    }

    /// <summary>
    /// The job has ended. An instance under which jobs break takes no more, but those that run there go on: one project's mistakes look
    /// the same.
    /// </summary>
    /// <param name="slot">Of the job.</param>
    /// <param name="isDoubted">Something broke there.</param>
    /// <param name="rules">Of this moment.</param>
    /// <param name="now">The time.</param>
    public void Release(InstanceSlot slot, bool isDoubted, ScalerRules rules, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (Held(slot) is { } instance)
            {
                instance.Busy.Remove(slot.Number);
                instance.IdleSince = now;
                instance.Doubts = isDoubted ? instance.Doubts + 1 : 0;
                instance.IsWorn |= instance.Doubts >= rules.FailureThreshold;
            }
        }
    }

    /// <summary>What an earlier process left on the job's instance is removed.</summary>
    public void Swept(InstanceSlot slot)
    {
        lock (_gate)
        {
            if (Held(slot) is { } instance)
            {
                instance.IsSwept = true;
            }
        }
    }

    /// <summary>It takes jobs now.</summary>
    public void BecameReady(string id, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_instances.TryGetValue(id, out var instance) && instance.State == InstanceState.Preparing)
            {
                (instance.State, instance.IdleSince) = (InstanceState.Ready, now);
                _growth.Worked();
            }
        }
    }

    /// <summary>It answered, or it did not.</summary>
    /// <returns>What is to be done when it was too often.</returns>
    public ScalerStep.Remove? Beat(string id, bool answered, ScalerRules rules, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_instances.TryGetValue(id, out var instance) || instance.State != InstanceState.Ready)
            {
                return null;
            }

            instance.IsBeating = false;
            instance.Failures = answered ? 0 : instance.Failures + 1;
            return instance.Failures >= rules.FailureThreshold ? Remove(instance, "it does not answer", now) : null;
        }
    }

    /// <summary>It is of no use.</summary>
    public ScalerStep.Remove? GiveUp(string id, string reason, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_instances.TryGetValue(id, out var instance) || instance.State == InstanceState.Removing)
            {
                return null;
            }

            if (instance.State == InstanceState.Preparing)
            {
                _growth.Failed(now);
            }

            return Remove(instance, reason, now);
        }
    }

    /// <summary>The process ends: every instance goes.</summary>
    public IReadOnlyList<string> GiveUpAll(DateTimeOffset now)
    {
        lock (_gate)
        {
            return [.. _instances.Values.Select(instance => Remove(instance, "the runner stops", now).Id)];
        }
    }

    /// <summary>Those that take jobs and are to be asked whether they are well; <see cref="Beat"/> tells the end.</summary>
    /// <param name="interval">Between two such questions.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<string> DueForBeat(TimeSpan interval, DateTimeOffset now)
    {
        lock (_gate)
        {
            var due = _instances.Values.Where(i => i.State == InstanceState.Ready && !i.IsBeating && now - i.BeatAsked >= interval).ToList();
            foreach (var instance in due)
            {
                (instance.IsBeating, instance.BeatAsked) = (true, now);
            }

            return [.. due.Select(i => i.Id)];
        }
    }

    /// <summary>What the next process should know; null: nothing is known before the first look.</summary>
    public IReadOnlyDictionary<string, RememberedInstance>? Remember()
    {
        lock (_gate)
        {
            return !_observed ? null : _instances.Values.Where(i => i.State is InstanceState.Preparing or InstanceState.Ready)
                .ToDictionary(i => i.Id, i => new RememberedInstance(i.Uses, i.Busy.Count), StringComparer.Ordinal);
        }
    }

    public ScalerCounts Counts(ScalerRules rules)
    {
        lock (_gate)
        {
            return new ScalerCounts
            {
                Requested = _growth.Count,
                Creating = Count(InstanceState.Creating),
                Preparing = Count(InstanceState.Preparing),
                Ready = Count(InstanceState.Ready),
                Removing = Count(InstanceState.Removing),
                Free = _instances.Values.Sum(i => i.Free(rules)),
                Busy = _instances.Values.Sum(i => i.Busy.Count),
                Reserved = _reserved,
                Waiting = _waiting,
            };
        }

        int Count(InstanceState state) => _instances.Values.Count(i => i.State == state);
    }

    // The same id may be another instance by now.
    private ScaledInstance? Held(InstanceSlot slot) =>
        _instances.TryGetValue(slot.Instance, out var instance) && instance.Gone.Token == slot.Gone ? instance : null;

    private static ScalerStep.Remove Remove(ScaledInstance instance, string reason, DateTimeOffset now)
    {
        (instance.State, instance.Reason, instance.RemovalAsked) = (InstanceState.Removing, reason, now);
        return new ScalerStep.Remove(instance.Id, reason);
    }

    private ScalerStep? See(string id, InstancePhase phase, DateTimeOffset now)
    {
        if (!_instances.TryGetValue(id, out var instance))
        {
            // What is there at the first look was not asked for by this process.
            var found = !_observed;
            instance = _instances[id] = new ScaledInstance { Id = id, Since = now, IdleSince = now, IsFound = found, State = InstanceState.Creating };
            if (!found)
            {
                _growth.Came();
            }
            else if (ReasonNotToTake(instance) is { } reason && phase != InstancePhase.Deleting)
            {
                return Remove(instance, reason, now);
            }
        }

        switch (phase)
        {
            case InstancePhase.Running when instance.State == InstanceState.Creating:
                instance.State = InstanceState.Preparing;
                return new ScalerStep.Prepare(id);
            case InstancePhase.Deleting when instance.State != InstanceState.Removing:
                Remove(instance, "the provider deletes it", now);
                return null;
            case InstancePhase.Failed when instance.State != InstanceState.Removing:
                _growth.Failed(now);
                return Remove(instance, "the provider could not make it", now);
            default:
                return null;
        }
    }

    private string? ReasonNotToTake(ScaledInstance instance)
    {
        if (!remembered.TryGetValue(instance.Id, out var known))
        {
            return "no data on pre-existing instance so removing for safety";
        }

        instance.Uses = known.Uses;
        return known.Busy > 0 && !keepsOccupied ? "pre-existing instance has acquisition so removing for safety" : null;
    }

    private ScalerDemand Demand(ScalerRules rules) => new(_instances.Values, _growth, rules, _waiting);

    /// <summary>Those that nobody needs any more, the one longest without a job first.</summary>
    private List<ScalerStep> Shrink(ScalerRules rules, DateTimeOffset now)
    {
        var steps = new List<ScalerStep>();
        var surplus = Demand(rules).Surplus;
        var excess = rules.MaxInstances > 0 ? _instances.Values.Count(i => i.State != InstanceState.Removing) - rules.MaxInstances : 0;
        foreach (var instance in _instances.Values.Where(i => i.State == InstanceState.Ready && i.Busy.Count == 0).OrderBy(i => i.IdleSince).ToList())
        {
            var spare = instance.Spare(rules);
            var reason = instance.IsWorn ? "jobs break on it"
                : spare == 0 ? "it had all its jobs"
                : excess > 0 ? "there are too many"
                : !rules.IsFixed && surplus >= spare && now - instance.IdleSince >= rules.Policy.IdleTime ? "it is idle"
                : null;
            if (reason is not null)
            {
                surplus -= spare;
                excess--;
                steps.Add(Remove(instance, reason, now));
            }
        }

        return steps;
    }
}
