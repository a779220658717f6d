namespace Gantry.Executors.Autoscaling;

/// <summary>What is wanted and what there is, at one moment under the book's lock.</summary>
/// <param name="Instances">All of them.</param>
/// <param name="Growth">Those that are not there yet.</param>
/// <param name="Rules">Of the moment.</param>
/// <param name="Waiting">Jobs without a place.</param>
internal readonly record struct ScalerDemand(IReadOnlyCollection<ScaledInstance> Instances, ScalerGrowth Growth, ScalerRules Rules, int Waiting)
{
    /// <summary>Places that nobody needs; below 0: places that are missing.</summary>
    public int Surplus => Supply - Wanted;

    /// <summary>Instances that should be made now.</summary>
    public int ToMake
    {
        get
        {
            if (Rules.IsFixed)
            {
                return Room;
            }

            var places = -Surplus;
            return places <= 0 ? 0 : Math.Min(Room, (places + Rules.NewSlots - 1) / Rules.NewSlots);
        }
    }

    /// <summary>A job may be asked for although its place is not there yet.</summary>
    /// <param name="promised">Places that others wait for.</param>
    /// <param name="now">The time.</param>
    public bool MayPromise(int promised, DateTimeOffset now)
    {
        if (Rules.Policy.IsPreemptive || Growth.IsPaused(now))
        {
            return false;
        }

        return Supply > promised || (Supply + ((long)Room * Rules.NewSlots) > promised && Growth.MayPromise(Rules, now));
    }

    /// <summary>Instances that may be made now, whatever they are wanted for.</summary>
    private int Room => Rules.MaxInstances > 0 ? Math.Max(0, Rules.MaxInstances - Instances.Count - Growth.Count) : int.MaxValue / 2;

    /// <summary>Places that there are without a job, or will be soon.</summary>
    private int Supply
    {
        get
        {
            var rules = Rules;
            return Instances.Where(i => i.State != InstanceState.Removing).Sum(i => i.Spare(rules)) + (Growth.Count * rules.NewSlots);
        }
    }

    /// <summary>A reservation is no demand: nearly all requests bring no job, and one is always on its way.</summary>
    private int Wanted => Waiting + Rules.IdleWanted(Instances.Sum(i => i.Busy.Count));
}
