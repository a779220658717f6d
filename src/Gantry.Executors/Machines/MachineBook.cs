namespace Gantry.Executors.Machines;

/// <summary>
/// All machines of the process and what is to happen to them (official-executors §4.2). It computes and nothing else: events go in
/// with their time, steps come out, and whoever carries them out tells the book the end.
/// <code>
///            Look                                    Choose              UseBegan
///   (disk) ────────► Idle ◄──────── Creating   Idle ─────────► Acquired ─────────► Used
///                     │   Created      │         ▲  Returned       │     Released   │
///          Look, Choose, Released      │         └─────────────────┴────────────────┘
///                     └────► Removing ◄┘ CreationFailed
/// </code>
/// Thread-safe: each event is one step for all.
/// </summary>
/// <param name="chance">Makes names unique.</param>
internal sealed class MachineBook(Func<uint> chance)
{
    /// <summary>For so long a machine that could be connected to is believed to be there.</summary>
    public static readonly TimeSpan ReachedFor = TimeSpan.FromMinutes(5);

    /// <summary>An idle machine whose folder is gone for so long is forgotten.</summary>
    public static readonly TimeSpan SeenFor = TimeSpan.FromMinutes(20);

    private const int StuckAfter = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Machine> _machines = new(StringComparer.Ordinal);
    private readonly Dictionary<MachineNames, (int Failures, DateTimeOffset Until)> _pauses = [];

    /// <summary>One turn of an entry: machines of the folder are taken in, those that are too many given up, missing ones made.</summary>
    /// <param name="kind">The entry's machines.</param>
    /// <param name="listing">What is in the tool's folder, and when that was looked at.</param>
    /// <param name="rules">Of the entry, now.</param>
    /// <param name="now">The time.</param>
    public (IReadOnlyList<MachineStep> Steps, bool MayCreateOnDemand) Look(MachineNames kind, MachineListing listing, IdleRules rules, DateTimeOffset now)
    {
        lock (_gate)
        {
            TakeIn(kind, listing, now);
            var steps = new List<MachineStep>();
            var counts = default(MachineCounts);
            foreach (var machine in Present(kind, listing).ToList())
            {
                if (rules.ReasonToRemove(machine.State, machine.Uses, now - machine.Used, counts) is { } reason)
                {
                    steps.Add(Remove(machine, reason, now));
                }

                counts = counts.With(machine.State);
            }

            var paused = _pauses.TryGetValue(kind, out var pause) && now < pause.Until;
            while (!paused && rules.CanCreateIdle(counts))
            {
                steps.Add(Begin(kind, isAwaited: false, now));
                counts = counts.With(MachineState.Creating);
            }

            return (steps, !paused && rules.Idle.Count == 0 && rules.CanCreateOnDemand(counts));
        }
    }

    /// <summary>Takes the newest idle machine; null: there is none.</summary>
    public MachineChoice? Choose(MachineNames kind, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_machines.Values.LastOrDefault(m => m.State == MachineState.Idle && kind.Own(m.Name)) is not { } machine)
            {
                return null;
            }

            machine.State = MachineState.Acquired;
            return new MachineChoice(machine.Name, IsReached(machine, now));
        }
    }

    /// <summary>Begins a machine for a job that waits.</summary>
    public MachineStep.Create Order(MachineNames kind, DateTimeOffset now)
    {
        lock (_gate)
        {
            return Begin(kind, isAwaited: true, now);
        }
    }

    /// <summary>It is made: whoever waits for it has it, else it is idle.</summary>
    public void Created(string name, MachineLabels labels, DateTimeOffset now) => Change(name, machine =>
    {
        machine.State = machine.IsAwaited ? MachineState.Acquired : MachineState.Idle;
        (machine.Used, machine.Seen, machine.Labels) = (now, now, labels);
        _pauses.Remove(machine.Kind);
    });

    /// <summary>It could not be made: what there is of it goes, and the next one is not begun at once.</summary>
    public MachineStep.Remove? CreationFailed(string name, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_machines.TryGetValue(name, out var machine))
            {
                return null;
            }

            var failures = _pauses.GetValueOrDefault(machine.Kind).Failures + 1;
            var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 10));
            _pauses[machine.Kind] = (failures, now + (pause < LongestPause ? pause : LongestPause));
            return Remove(machine, "Failed to create", now);
        }
    }

    /// <summary>Whoever waited for it waits no longer: it is for others when it is made.</summary>
    public void Abandoned(string name, DateTimeOffset now) => Change(name, machine =>
    {
        machine.IsAwaited = false;
        Free(machine, now);
    });

    /// <summary>The tool tried to connect to it.</summary>
    /// <returns>What is to be done when it could not.</returns>
    public MachineStep.Remove? Answered(string name, bool isReached, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_machines.TryGetValue(name, out var machine) || machine.State == MachineState.Removing)
            {
                return null;
            }

            machine.Reached = isReached ? now : null;
            return isReached ? null : Remove(machine, "machine is unavailable", now);
        }
    }

    /// <summary>Kept for a job, it was reached a moment ago: the job may use it without asking.</summary>
    public bool IsReached(string name, DateTimeOffset now)
    {
        lock (_gate)
        {
            return _machines.TryGetValue(name, out var machine) && IsReached(machine, now);
        }
    }

    /// <summary>A job begins on it.</summary>
    /// <returns>True: an earlier process made it, and nothing of this one was there yet.</returns>
    public bool UseBegan(string name, DateTimeOffset now)
    {
        var found = false;
        Change(name, machine =>
        {
            (machine.State, machine.Used, machine.IsAwaited) = (MachineState.Used, now, false);
            machine.Uses++;
            (found, machine.IsFound) = (machine.IsFound, false);
        });
        return found;
    }

    /// <summary>It was kept for a job that did not come.</summary>
    public void Returned(string name, DateTimeOffset now) => Change(name, machine => Free(machine, now));

    /// <summary>Its job ended.</summary>
    /// <param name="name">The machine.</param>
    /// <param name="maxBuilds">Jobs it may have; 0 for any number.</param>
    /// <param name="isDoubted">Something broke: it is to be asked before the next job.</param>
    /// <param name="now">The time.</param>
    public MachineStep.Remove? Released(string name, int maxBuilds, bool isDoubted, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_machines.TryGetValue(name, out var machine) || machine.State == MachineState.Removing)
            {
                return null;
            }

            machine.Used = now;
            machine.Reached = isDoubted ? null : machine.Reached;
            if (maxBuilds > 0 && machine.Uses >= maxBuilds)
            {
                return Remove(machine, "Too many builds", now);
            }

            machine.State = MachineState.Idle;
            return null;
        }
    }

    /// <summary>The tool could not remove it.</summary>
    public RemovalNext RemovalFailed(string name, int maxAttempts)
    {
        var attempts = maxAttempts;
        Change(name, machine => attempts = ++machine.FailedRemovals);
        return attempts >= maxAttempts ? RemovalNext.GiveUp : attempts >= StuckAfter ? RemovalNext.AgainAlone : RemovalNext.Again;
    }

    public void Removed(string name)
    {
        lock (_gate)
        {
            _machines.Remove(name);
        }
    }

    public (string Reason, TimeSpan Age, MachineLabels Labels) Describe(string name, DateTimeOffset now)
    {
        lock (_gate)
        {
            return _machines.TryGetValue(name, out var machine) ? (machine.Reason, now - machine.Created, machine.Labels) : ("", TimeSpan.Zero, MachineLabels.None);
        }
    }

    /// <summary>Gives up every machine that nobody uses, whatever entry it is of: the process ends.</summary>
    public IReadOnlyList<string> GiveUpIdle(DateTimeOffset now)
    {
        lock (_gate)
        {
            var idle = _machines.Values.Where(m => m.State is MachineState.Idle or MachineState.Acquired).ToList();
            return [.. idle.Select(machine => Remove(machine, "the runner stops", now).Name)];
        }
    }

    /// <summary>How many do what, for metrics.</summary>
    public IReadOnlyList<MachineGroup> Groups(DateTimeOffset now)
    {
        lock (_gate)
        {
            return [.. _machines.Values.Where(m => m.State != MachineState.Idle || now - m.Seen <= SeenFor)
                .GroupBy(m => (Text: NameOf(m), m.Labels))
                .Select(group => new MachineGroup(group.Key.Text, group.Key.Labels, group.Count()))];
        }
    }

    private static string NameOf(Machine machine) => machine switch
    {
        { State: MachineState.Removing, FailedRemovals: >= StuckAfter } => "stuck-on-removing",
        { State: MachineState.Acquired } => "acquired",
        { State: MachineState.Creating } => "creating",
        { State: MachineState.Used } => "used",
        { State: MachineState.Removing } => "removing",
        _ => "idle",
    };

    private static bool IsReached(Machine machine, DateTimeOffset now) => machine.Reached is { } reached && now - reached < ReachedFor;

    private static void Free(Machine machine, DateTimeOffset now)
    {
        if (machine.State is MachineState.Acquired or MachineState.Used)
        {
            machine.Used = machine.State == MachineState.Used ? now : machine.Used;
            machine.State = MachineState.Idle;
        }
    }

    private static MachineStep.Remove Remove(Machine machine, string reason, DateTimeOffset now)
    {
        (machine.State, machine.Reason, machine.Used, machine.FailedRemovals, machine.IsAwaited) = (MachineState.Removing, reason, now, 0, false);
        return new MachineStep.Remove(machine.Name, reason);
    }

    private void TakeIn(MachineNames kind, MachineListing listing, DateTimeOffset now)
    {
        foreach (var (name, labels) in listing.Machines)
        {
            if (_machines.TryGetValue(name, out var known))
            {
                known.Seen = now;
            }
            else if (kind.Own(name))
            {
                _machines[name] = new Machine { Name = name, Kind = kind, Created = now, Used = now, Seen = now, Uses = 1, IsFound = true, Labels = labels() };
            }
        }

        foreach (var gone in _machines.Values.Where(m => m.State == MachineState.Idle && now - m.Seen > SeenFor).ToList())
        {
            _machines.Remove(gone.Name);
        }
    }

    // An idle machine without a folder counts only when it came after the folder was looked at.
    private IEnumerable<Machine> Present(MachineNames kind, MachineListing listing) => _machines.Values.Where(
        m => kind.Own(m.Name) && (m.State != MachineState.Idle || m.Used >= listing.At || listing.Machines.ContainsKey(m.Name)));

    private MachineStep.Create Begin(MachineNames kind, bool isAwaited, DateTimeOffset now)
    {
        string name;
        do
        {
            name = kind.New(now, chance());
        }
        while (_machines.ContainsKey(name));

        _machines[name] = new Machine
        {
            Name = name,
            Kind = kind,
            Created = now,
            Used = now,
            Seen = now,
            State = MachineState.Creating,
            IsAwaited = isAwaited,
        };
        return new MachineStep.Create(name);
    }

    private void Change(string name, Action<Machine> change)
    {
        lock (_gate)
        {
            if (_machines.TryGetValue(name, out var machine))
            {
                change(machine);
            }
        }
    }
}

/// <summary>What is in the tool's folder.</summary>
/// <param name="At">When it was looked at.</param>
/// <param name="Machines">Names, and how to learn where a machine is.</param>
internal sealed record MachineListing(DateTimeOffset At, IReadOnlyDictionary<string, Func<MachineLabels>> Machines);

/// <summary>Machines that do the same in the same place.</summary>
/// <param name="State">As metrics name it.</param>
/// <param name="Labels">The place.</param>
/// <param name="Count">How many.</param>
public sealed record MachineGroup(string State, MachineLabels Labels, int Count);
