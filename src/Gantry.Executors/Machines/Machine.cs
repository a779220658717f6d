namespace Gantry.Executors.Machines;

/// <summary>One machine as the book knows it. Only the book touches it.</summary>
internal sealed class Machine
{
    public required string Name { get; init; }
    public required MachineNames Kind { get; init; }
    public required DateTimeOffset Created { get; init; }
    public MachineState State { get; set; }

    /// <summary>When it last came free, was made or was found.</summary>
    public DateTimeOffset Used { get; set; }

    /// <summary>When it last was in the tool's folder.</summary>
    public DateTimeOffset Seen { get; set; }

    /// <summary>When the tool last could connect to it; null: not known.</summary>
    public DateTimeOffset? Reached { get; set; }

    /// <summary>Jobs it had. One that an earlier process made counts as used once.</summary>
    public int Uses { get; set; }

    public int FailedRemovals { get; set; }
    public string Reason { get; set; } = "";

    /// <summary>A job waits until it is made.</summary>
    public bool IsAwaited { get; set; }

    /// <summary>An earlier process made it, and no job of this process was on it yet: that process may have left things there.</summary>
    public bool IsFound { get; set; }

    public MachineLabels Labels { get; set; } = MachineLabels.None;
}

/// <summary>What must be done outside of the book.</summary>
internal abstract record MachineStep(string Name)
{
    /// <summary>Makes the machine; the end is told by <see cref="MachineBook.Created"/> or <see cref="MachineBook.CreationFailed"/>.</summary>
    public sealed record Create(string Name) : MachineStep(Name);

    /// <summary>Gives the machine up; the end is told by <see cref="MachineBook.Removed"/> or <see cref="MachineBook.RemovalFailed"/>.</summary>
    public sealed record Remove(string Name, string Reason) : MachineStep(Name);
}

/// <summary>A machine that was taken out of those that are idle.</summary>
/// <param name="Name">It is acquired now.</param>
/// <param name="IsReached">It could be connected to a moment ago; else that is to be tried first.</param>
internal sealed record MachineChoice(string Name, bool IsReached);

/// <summary>After a failed removal.</summary>
internal enum RemovalNext
{
    /// <summary>Wait, then try again.</summary>
    Again,

    /// <summary>The same, one such machine at a time.</summary>
    AgainAlone,

    /// <summary>It was tried often enough.</summary>
    GiveUp,
}
