namespace Gantry.Executors.Autoscaling;

/// <summary>One instance as the book knows it. Only the book touches it.</summary>
internal sealed class ScaledInstance
{
    public required string Id { get; init; }

    public InstanceState State { get; set; }

    /// <summary>It was there before this process asked for any.</summary>
    public bool IsFound { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>When its last job ended, or it became ready.</summary>
    public DateTimeOffset IdleSince { get; set; }

    /// <summary>When its removal was last asked for.</summary>
    public DateTimeOffset RemovalAsked { get; set; }

    /// <summary>Jobs that were on it.</summary>
    public int Uses { get; set; }

    /// <summary>Heartbeats that failed one after the other.</summary>
    public int Failures { get; set; }

    /// <summary>Jobs one after the other under which something broke.</summary>
    public int Doubts { get; set; }

    /// <summary>Too many of them: it takes no jobs any more, and goes when it has none.</summary>
    public bool IsWorn { get; set; }

    /// <summary>What an earlier process left on it is removed.</summary>
    public bool IsSwept { get; set; }

    /// <summary>When it was last asked whether it is well.</summary>
    public DateTimeOffset BeatAsked { get; set; } = DateTimeOffset.MinValue;

    public bool IsBeating { get; set; }

    public string Reason { get; set; } = "";

    /// <summary>Slots with a job.</summary>
    public HashSet<int> Busy { get; } = [];

    /// <summary>Fires when it is gone.</summary>
    public CancellationTokenSource Gone { get; } = new();

    public int Free(ScalerRules rules) => State != InstanceState.Ready ? 0 : Spare(rules);

    /// <summary>Jobs that it could have now, ready or soon.</summary>
    public int Spare(ScalerRules rules) => IsWorn ? 0
        : Math.Max(0, Math.Min(rules.Capacity - Busy.Count, rules.MaxUses > 0 ? rules.MaxUses - Uses : int.MaxValue));
}

/// <summary>What an instance does.</summary>
internal enum InstanceState
{
    /// <summary>The provider makes it.</summary>
    Creating,

    /// <summary>It runs and is made ready for jobs.</summary>
    Preparing,

    /// <summary>It takes jobs.</summary>
    Ready,

    /// <summary>It takes no jobs any more.</summary>
    Removing,
}

/// <summary>What must be done outside of the book.</summary>
internal abstract record ScalerStep
{
    private ScalerStep() { }

    /// <summary>Ask the provider for more; the end is told by <see cref="ScalerBook.Grown"/>.</summary>
    public sealed record Grow(int Count) : ScalerStep;

    /// <summary>Ask the provider to remove it. That it is gone is seen by looking at the provider.</summary>
    public sealed record Remove(string Id, string Reason) : ScalerStep;

    /// <summary>Make it ready; the end is told by <see cref="ScalerBook.BecameReady"/> or <see cref="ScalerBook.GiveUp"/>.</summary>
    /// <param name="Id">The instance.</param>
    public sealed record Prepare(string Id) : ScalerStep;
}

/// <summary>A job's place on an instance.</summary>
/// <param name="Instance">Its id.</param>
/// <param name="Number">From 0.</param>
/// <param name="IsFirst">What an earlier process may have left on the instance is still to be removed.</param>
/// <param name="Gone">Fires when the instance is gone.</param>
internal sealed record InstanceSlot(string Instance, int Number, bool IsFirst, CancellationToken Gone);

/// <summary>How many instances and places do what.</summary>
internal sealed record ScalerCounts
{
    public int Requested { get; init; }
    public int Creating { get; init; }
    public int Preparing { get; init; }
    public int Ready { get; init; }
    public int Removing { get; init; }

    /// <summary>Places without a job on instances that are ready.</summary>
    public int Free { get; init; }

    public int Busy { get; init; }

    /// <summary>Places kept for jobs that may come.</summary>
    public int Reserved { get; init; }

    /// <summary>Jobs that wait for a place.</summary>
    public int Waiting { get; init; }

    /// <summary>Instances in whatever state.</summary>
    public int Total => Requested + Creating + Preparing + Ready + Removing;
}

/// <summary>What a book was told by an earlier process.</summary>
/// <param name="Uses">Jobs the instance had.</param>
/// <param name="Busy">Jobs that ran there when it was written down.</param>
internal sealed record RememberedInstance(int Uses, int Busy);
