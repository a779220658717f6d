namespace Gantry.Engine.Executors;

/// <summary>A place (<see cref="IJobEnvironment"/>) that can say what its job uses. Thread-safe: asked while scripts run.</summary>
public interface IMeasuredPlace
{
    /// <summary>Null when nothing runs there now, or it cannot be found out.</summary>
    ValueTask<PlaceUsage?> MeasureAsync(CancellationToken cancellationToken);
}

/// <param name="CpuTime">Of what runs, since it began. Grows while the same things run.</param>
/// <param name="MemoryBytes">Resident now.</param>
public readonly record struct PlaceUsage(TimeSpan CpuTime, long MemoryBytes);
