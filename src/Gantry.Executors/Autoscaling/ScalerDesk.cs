using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Ssh;

namespace Gantry.Executors.Autoscaling;

/// <summary>Where an autoscaled executor gets its places: what both have in common.</summary>
/// <param name="settings">The entry's.</param>
/// <param name="fleet">Of the process.</param>
internal sealed class ScalerDesk(ScalerSettings settings, ScalerFleet fleet)
{
    private readonly bool _isUsable = !settings.Problems().Any();

    public Scaler Scaler => fleet.Of(settings);

    public void Tend()
    {
        if (_isUsable)
        {
            Newest().Tend();
        }
    }

    public async Task<IPlaceReservation?> ReserveAsync(CancellationToken cancellationToken) =>
        _isUsable ? await Newest().ReserveAsync(cancellationToken) : null;

    /// <summary>Waits for the job's place and gets into its instance.</summary>
    /// <exception cref="EnvironmentException">It cannot be; nothing is kept.</exception>
    public async Task<(InstanceLease Lease, SshConnection Connection)> EnterAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        if (settings.Problems().Select(p => $"[runners.autoscaler] {p.Key} {p.Message}").ToArray() is { Length: > 0 } problems)
        {
            throw EnvironmentException.Misconfigured(string.Join("; ", problems));
        }

        log.Line("Preparing instance...");
        var lease = await Scaler.AcquireAsync(request.Reservation as ScalerReservation, cancellationToken);
        try
        {
            log.Line($"Dialing instance {lease.Route.Id}{Addresses(lease.Route)}...");
            var connection = await GuardAsync(lease.Slot, token => Scaler.DialAsync(lease.Route, token), cancellationToken);
            log.Line($"Instance {lease.Route.Id} connected");
            return (lease, connection);
        }
        catch (Exception e)
        {
            lease.Release(isDoubted: e is EnvironmentException);
            throw;
        }
    }

    /// <summary>Does something on the instance as long as it is there.</summary>
    /// <exception cref="EnvironmentException">It went away meanwhile, or the work failed.</exception>
    public static async Task<T> GuardAsync<T>(InstanceSlot slot, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, slot.Gone);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw EnvironmentException.Broken(WhyGone(slot.Instance), e);
        }
    }

    public static string WhyGone(string instance) =>
        $"instance {instance} unexpectedly removed: its provider does not have it any more. Something else than the runner deleted it, or it did not answer, which the runner's log says (the cloud, a spot instance's end, a person)";

    // Jobs of an old snapshot do not bring old settings back.
    private Scaler Newest()
    {
        var scaler = Scaler;
        scaler.Adopt(settings);
        return scaler;
    }

    private string Addresses(InstanceRoute route) => string.Concat(
        ((string[])[settings.LogsInternalAddress ? route.InternalAddress : "", settings.LogsExternalAddress ? route.ExternalAddress : ""])
            .Where(address => address.Length > 0).Select(address => ", " + address));
}

/// <summary>A job's time on an instance.</summary>
/// <param name="lease">Its place.</param>
/// <param name="traits">Of the executor there.</param>
/// <param name="leave">What ends with the job besides.</param>
internal sealed class InstanceLoan(InstanceLease lease, ExecutorTraits traits, Action leave) : ILoan
{
    public ExecutorTraits Traits => traits;

    public CancellationToken Lost => lease.Slot.Gone;

    public string WhyLost => ScalerDesk.WhyGone(lease.Route.Id);

    public void End(bool isDoubted)
    {
        leave();
        lease.Release(isDoubted);
    }
}
