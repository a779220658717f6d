namespace Gantry.Executors.Machines;

/// <summary><c>[machine.shutdown_drain]</c>: what happens to idle machines when the runner stops.</summary>
public sealed record MachineDrain
{
    /// <summary>They are removed; else they wait for the next start.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Removals at once.</summary>
    public int Concurrency { get; init; } = 3;

    /// <summary>Tries per machine.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>Before the second try; before the third twice as long.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(5);
}
