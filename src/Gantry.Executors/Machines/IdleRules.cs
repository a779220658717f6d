namespace Gantry.Executors.Machines;

/// <summary>What an entry's settings say now about making and giving up machines (official-executors §4.2).</summary>
internal sealed record IdleRules
{
    public int Limit { get; init; }
    public int MaxGrowthRate { get; init; }
    public int MaxBuilds { get; init; }
    public IdleTarget Idle { get; init; } = new();

    public static IdleRules At(MachineSettings settings, DateTimeOffset now) => new()
    {
        Limit = settings.Limit,
        MaxGrowthRate = settings.MaxGrowthRate,
        MaxBuilds = settings.MaxBuilds,
        Idle = settings.IdleAt(now),
    };

    /// <summary>May a machine be made before a job asks for it?</summary>
    public bool CanCreateIdle(in MachineCounts counts) => CanGrow(counts) && !IsIdleEnough(counts);

    /// <summary>May a machine be made for a job that comes?</summary>
    public bool CanCreateOnDemand(in MachineCounts counts) => CanGrow(counts) && (Idle.Count == 0 || !IsIdleEnough(counts));

    /// <summary>Why a machine is given up; null: it stays.</summary>
    /// <param name="state">Only idle ones go.</param>
    /// <param name="uses">Jobs it had.</param>
    /// <param name="idleFor">Since it was last used.</param>
    /// <param name="others">The machines before it in the order of their names.</param>
    public string? ReasonToRemove(MachineState state, int uses, TimeSpan idleFor, in MachineCounts others) =>
        state != MachineState.Idle ? null
        : MaxBuilds > 0 && uses >= MaxBuilds ? "too many builds"
        : Limit > 0 && others.Total >= Limit ? "too many machines"
        : idleFor > Idle.Time && IsIdleEnough(others) ? "too many idle machines"
        : null;

    private bool CanGrow(in MachineCounts counts) =>
        (MaxGrowthRate <= 0 || counts.Creating < MaxGrowthRate) && (Limit <= 0 || counts.Total < Limit);

    private bool IsIdleEnough(in MachineCounts counts) => counts.Available >= Idle.Count
        || (Idle.ScaleFactor > 0 && counts.Available >= Math.Max(1, Idle.CountMin) && counts.Available >= (int)(counts.Used * Idle.ScaleFactor));
}

/// <summary>What a machine does.</summary>
internal enum MachineState
{
    /// <summary>Waits for a job.</summary>
    Idle,

    /// <summary>Is kept for a job that may come.</summary>
    Acquired,

    Creating,
    Used,
    Removing,
}

/// <summary>Machines by what they do.</summary>
internal readonly record struct MachineCounts(int Acquired, int Creating, int Idle, int Used, int Removing)
{
    public int Available => Acquired + Creating + Idle;

    public int Total => Available + Used + Removing;

    public MachineCounts With(MachineState state) => state switch
    {
        MachineState.Idle => this with { Idle = Idle + 1 },
        MachineState.Acquired => this with { Acquired = Acquired + 1 },
        MachineState.Creating => this with { Creating = Creating + 1 },
        MachineState.Used => this with { Used = Used + 1 },
        _ => this with { Removing = Removing + 1 },
    };
}
