using Gantry.Engine.Executors;

namespace Gantry.Executors.Machines;

/// <summary>An idle machine that is kept for a job, or the leave to make one. Thread-safe.</summary>
/// <param name="name">Null: there is none yet, and one may be made.</param>
/// <param name="giveBack">Called with the machine when no job took it.</param>
internal sealed class MachineReservation(string? name, Action<string> giveBack) : IPlaceReservation
{
    private string? _name = name;

    /// <summary>The machine, once; it belongs to the caller then.</summary>
    public string? Take() => Interlocked.Exchange(ref _name, null);

    public void Dispose()
    {
        if (Take() is { } left)
        {
            giveBack(left);
        }
    }
}
