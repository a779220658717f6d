using Gantry.Engine.Executors;
using Gantry.Engine.Traces;

namespace Gantry.TestKit.Engine;

/// <summary>An executor that has as many places as a test gives it, and counts who holds one. Thread-safe.</summary>
public sealed class FewPlaces(IExecutor inner) : IExecutor, IReservingExecutor
{
    private readonly Lock _gate = new();
    private int _free;
    private int _held;
    private int _tended;

    public string Name => inner.Name;

    public ExecutorTraits Traits => inner.Traits;

    /// <summary>Places that nobody holds.</summary>
    public int Free
    {
        get
        {
            lock (_gate)
            {
                return _free;
            }
        }

        set
        {
            lock (_gate)
            {
                _free = value;
            }
        }
    }

    /// <summary>Reservations that were not given back.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _held;
            }
        }
    }

    /// <summary>Turns at which no job could be requested.</summary>
    public int Tended => Volatile.Read(ref _tended);

    public void Tend() => Interlocked.Increment(ref _tended);

    public Task<IPlaceReservation?> ReserveAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_free == 0)
            {
                return Task.FromResult<IPlaceReservation?>(null);
            }

            _free--;
            _held++;
            return Task.FromResult<IPlaceReservation?>(new Reservation(this));
        }
    }

    public Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken) =>
        inner.PrepareAsync(request, log, cancellationToken);

    public Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken) =>
        inner.ReopenAsync(request, handle, cancellationToken);

    private sealed class Reservation(FewPlaces owner) : IPlaceReservation
    {
        private int _over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
            {
                lock (owner._gate)
                {
                    owner._free++;
                    owner._held--;
                }
            }
        }
    }
}
