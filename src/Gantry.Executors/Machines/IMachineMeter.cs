namespace Gantry.Executors.Machines;

/// <summary>Counts what happens to machines. Thread-safe.</summary>
public interface IMachineMeter
{
    void Happened(MachineAction action, MachineLabels labels);

    /// <summary>A call of the tool ended.</summary>
    void Took(MachineCall call, TimeSpan duration);
}

/// <summary>As metrics count it.</summary>
public enum MachineAction
{
    Created,
    CreationFailed,
    Used,
    Removed,
}

/// <summary>As metrics measure it.</summary>
public enum MachineCall
{
    Creation,
    FailedCreation,
    Stopping,
    Removal,
}

/// <summary>Nobody counts.</summary>
internal sealed class NoMachineMeter : IMachineMeter
{
    public void Happened(MachineAction action, MachineLabels labels)
    {
    }

    public void Took(MachineCall call, TimeSpan duration)
    {
    }
}
