using Gantry.Engine.Executors;

namespace Gantry.Executors.Autoscaling;

/// <summary>A place that is kept for a job, or the prospect of one. Thread-safe.</summary>
internal sealed class ScalerReservation(ScalerBook book, Action wake) : IPlaceReservation
{
    private int _used;

    /// <summary>The job is there: it waits for its place now. False after the first time.</summary>
    public bool Take()
    {
        if (Interlocked.Exchange(ref _used, 1) != 0)
        {
            return false;
        }

        book.Wait(isReserved: true);
        return true;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _used, 1) == 0)
        {
            book.Unreserve();
            wake();
        }
    }
}
