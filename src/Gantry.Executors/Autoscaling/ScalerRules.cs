namespace Gantry.Executors.Autoscaling;

/// <summary>What the settings say at a moment, with what the provider has.</summary>
internal sealed record ScalerRules
{
    public required ScalingPolicy Policy { get; init; }

    public int Capacity { get; init; } = 1;

    public int MaxUses { get; init; }

    /// <summary>0: any number.</summary>
    public int MaxInstances { get; init; }

    /// <summary>The provider's instances are there anyway: all are used, and jobs are spread over them.</summary>
    public bool IsFixed { get; init; }

    public int FailureThreshold { get; init; } = 3;

    public TimeSpan DeletionRetry { get; init; } = TimeSpan.FromMinutes(1);

    public bool ThrottlesReservations { get; init; } = true;

    public ScaleThrottle Throttle { get; init; } = new();

    /// <summary>Jobs that a new instance will take, at once and in its life.</summary>
    public int NewSlots => MaxUses > 0 ? Math.Min(Capacity, MaxUses) : Capacity;

    /// <summary>Instances made at once; the size of the bucket.</summary>
    public int Burst => Throttle.Burst > 0 ? Throttle.Burst : MaxInstances > 0 ? MaxInstances : Throttle.Limit;

    /// <param name="settings">The entry's.</param>
    /// <param name="size">Instances that the provider can have; 0: it does not say.</param>
    /// <param name="isFixed">See <see cref="IsFixed"/>.</param>
    /// <param name="now">The time.</param>
    public static ScalerRules At(ScalerSettings settings, int size, bool isFixed, DateTimeOffset now) => new()
    {
        Policy = settings.PolicyAt(now),
        Capacity = Math.Max(1, settings.Capacity),
        MaxUses = settings.MaxUses,
        MaxInstances = settings.MaxInstances > 0 && size > 0 ? Math.Min(settings.MaxInstances, size) : Math.Max(settings.MaxInstances, size),
        IsFixed = isFixed,
        FailureThreshold = settings.FailureThreshold,
        DeletionRetry = settings.DeletionRetry,
        ThrottlesReservations = settings.ThrottlesReservations,
        Throttle = settings.Throttle,
    };

    /// <summary>Free places that shall wait for jobs.</summary>
    /// <param name="inUse">Places with a job.</param>
    public int IdleWanted(int inUse)
    {
        var extra = (int)Math.Min(Math.Ceiling(inUse * Math.Max(0, Policy.ScaleFactor)), int.MaxValue / 4);
        return Policy.IdleCount + (Policy.ScaleFactorLimit > 0 ? Math.Min(extra, Policy.ScaleFactorLimit) : extra);
    }
}
