namespace Gantry.Engine.Executors;

/// <summary>
/// An ability of executors whose places are few or must be made first (machines): before a job is requested they say whether it
/// could run. Executors without it always can.
/// <para>Order: <see cref="ReserveAsync"/> before each request; the reservation goes to <see cref="IExecutor.PrepareAsync"/> with the job
/// (<see cref="EnvironmentRequest.Reservation"/>), or is disposed when none came. <see cref="Tend"/> instead at a turn of the polling
/// at which no job may be requested.</para>
/// </summary>
public interface IReservingExecutor
{
    /// <summary>Begins in the background what keeps enough places ready and gives up those that are too many. Returns at once.</summary>
    void Tend();

    /// <summary>Does what <see cref="Tend"/> does, then keeps a place for a job that may come. Uses no slot of a job while it waits.</summary>
    /// <returns>Null: there is none now, and no job may be requested.</returns>
    Task<IPlaceReservation?> ReserveAsync(CancellationToken cancellationToken);
}

/// <summary>
/// A place that is kept for a job. Disposing it gives the place back, unless <see cref="IExecutor.PrepareAsync"/> took it over.
/// </summary>
public interface IPlaceReservation : IDisposable;
