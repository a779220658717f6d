namespace Gantry.Executors.Machines;

/// <summary>
/// <c>[runners.machine]</c> as it stands in <c>config.toml</c> (official-cli-config §2.5.9), with the <c>limit</c> and the short token of
/// its entry. Immutable.
/// </summary>
public sealed record MachineSettings
{
    /// <summary>What <c>MaxRemovalAttempts</c> is when it is not set.</summary>
    public const int DefaultRemovalAttempts = 30;

    /// <summary>The table exists.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>Of the entry: begins the names of its machines.</summary>
    public string ShortToken { get; init; } = "";

    /// <summary>The entry's <c>limit</c>: machines at most; 0 for any number.</summary>
    public int Limit { get; init; }

    /// <summary>Machines that are made at the same time; 0 for any number.</summary>
    public int MaxGrowthRate { get; init; }

    /// <summary>Jobs per machine; 0 for any number.</summary>
    public int MaxBuilds { get; init; }

    public int MaxRemovalAttempts { get; init; } = DefaultRemovalAttempts;

    /// <summary><c>MachineDriver</c>.</summary>
    public string Driver { get; init; } = "";

    /// <summary>Containers are reached through the machine's ssh server (docker-ssh+machine).</summary>
    public bool EntersBySsh { get; init; }

    /// <summary><c>MachineName</c>: has one <c>%s</c>.</summary>
    public string NameTemplate { get; init; } = "";

    /// <summary><c>MachineOptions</c>: flags of the driver without their dashes. May hold secrets.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary><c>MachineOptionsWithName</c>: the same with the machine's name for <c>%s</c>.</summary>
    public IReadOnlyList<string> OptionsWithName { get; init; } = [];

    /// <summary>Outside of all periods.</summary>
    public IdleTarget Idle { get; init; } = new();

    /// <summary><c>[[runners.machine.autoscaling]]</c>; of those that hold the last counts.</summary>
    public IReadOnlyList<IdleSchedule> Schedules { get; init; } = [];

    public IdleTarget IdleAt(DateTimeOffset now) => Schedules.LastOrDefault(schedule => schedule.Periods.Covers(now))?.Idle ?? Idle;

    /// <summary>Everything without which no machine can be made, by key below <c>[runners.machine]</c>.</summary>
    public IEnumerable<(string Key, string Message)> Problems()
    {
        if (!IsConfigured)
        {
            yield return ("", "is missing: MachineDriver and MachineName are needed; no jobs are asked for");
            yield break;
        }

        if (Driver.Length == 0)
        {
            yield return ("MachineDriver", "is not set: name the driver of docker-machine, such as google or amazonec2; no jobs are asked for");
        }

        if (EntersBySsh && Driver == MachineLogin.NoDriver)
        {
            yield return ("MachineDriver", "= \"none\": docker-machine has no ssh access to such machines, through which containers are reached; name another driver, or use the executor docker+machine; no jobs are asked for");
        }

        if (NameTemplate.Split("%s").Length != 2)
        {
            yield return ("MachineName", $"\"{NameTemplate}\" must contain %s once, the place of what makes names unique, such as auto-%s; no jobs are asked for");
        }
    }
}

/// <summary>How many machines wait for jobs, and how long.</summary>
public sealed record IdleTarget
{
    public int Count { get; init; }

    /// <summary>With it, as many as are in use times this wait, between <see cref="CountMin"/> and <see cref="Count"/>; 0: off.</summary>
    public double ScaleFactor { get; init; }

    public int CountMin { get; init; }
    public TimeSpan Time { get; init; }
}

/// <summary>A target that holds at certain times.</summary>
public sealed record IdleSchedule(TimePeriods Periods, IdleTarget Idle);
