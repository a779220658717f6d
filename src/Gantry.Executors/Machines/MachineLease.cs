namespace Gantry.Executors.Machines;

/// <summary>A machine in use by one job.</summary>
/// <param name="access">How its engine is reached.</param>
/// <param name="isFound">An earlier process made it and may have left things there.</param>
/// <param name="release">Called once; true: something broke there.</param>
internal sealed class MachineLease(MachineAccess access, bool isFound, Action<bool> release)
{
    private int _released;

    public MachineAccess Access => access;

    public bool IsFound => isFound;

    /// <summary>The job has ended, or never began. Further calls do nothing.</summary>
    /// <param name="isDoubted">Something broke: the machine is asked whether it is there before the next job gets it.</param>
    public void Release(bool isDoubted)
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            release(isDoubted);
        }
    }
}
