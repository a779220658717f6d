namespace Gantry.Executors.Autoscaling;

/// <summary>A job's place on an instance, with the way there.</summary>
/// <param name="slot">Of the book.</param>
/// <param name="route">The way.</param>
/// <param name="release">Called once; true: something broke there.</param>
internal sealed class InstanceLease(InstanceSlot slot, InstanceRoute route, Action<bool> release)
{
    private int _released;

    public InstanceSlot Slot => slot;

    public InstanceRoute Route => route;

    /// <summary>The job has ended, or never began. Further calls do nothing.</summary>
    public void Release(bool isDoubted)
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            release(isDoubted);
        }
    }
}
