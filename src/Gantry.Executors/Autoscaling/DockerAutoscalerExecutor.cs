using Gantry.Engine.Executors;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Autoscaling;

/// <summary>
/// Jobs in containers of the engine of an autoscaled instance (official-executors §7), as another executor runs them there. One per
/// runner entry's snapshot; the instances are the process's.
/// </summary>
/// <param name="settings">The entry's <c>[runners.autoscaler]</c>.</param>
/// <param name="engineHost">The engine there: empty, or <c>unix:///PATH</c>.</param>
/// <param name="traits">Of the executor on the instance.</param>
/// <param name="fleet">The instances.</param>
/// <param name="open">The executor on an instance, behind a tunnel; it is disposed after the job.</param>
public sealed class DockerAutoscalerExecutor(
    ScalerSettings settings, string engineHost, ExecutorTraits traits, ScalerFleet fleet, Func<InstanceEngine, IExecutor> open) : IExecutor, IReservingExecutor
{
    private const string SocketScheme = "unix://";

    /// <summary>For further connections to an instance that let us in a moment ago.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScalerDesk _desk = new(settings, fleet);

    public string Name => "docker-autoscaler";

    public ExecutorTraits Traits => traits;

    public void Tend() => _desk.Tend();

    public Task<IPlaceReservation?> ReserveAsync(CancellationToken cancellationToken) => _desk.ReserveAsync(cancellationToken);

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        var command = Command();
        var (lease, connection) = await _desk.EnterAsync(request, log, cancellationToken);
        var tunnel = new SshTunnel(lease.Route, command, request.JobFolder, token => _desk.Scaler.DialAsync(lease.Route with { Timeout = Patience }, token), fleet.Time);
        tunnel.Add(connection);
        var cgroup = SlotCgroup.Of(settings.SlotCgroup, lease.Slot.Number);
        var plan = SlotCgroup.Tell(request.Plan, cgroup);
        var executor = open(new InstanceEngine(tunnel) { Cgroup = cgroup, ServiceCgroup = SlotCgroup.Of(settings.ServiceSlotCgroup, lease.Slot.Number) });
        try
        {
            if (lease.Slot.IsFirst && executor is ISweepingExecutor sweeping)
            {
                await ScalerDesk.GuardAsync(lease.Slot, token => sweeping.SweepAsync(new HashSet<long>(), token), cancellationToken);
                _desk.Scaler.Book.Swept(lease.Slot);
            }

            var place = await ScalerDesk.GuardAsync(
                lease.Slot, token => executor.PrepareAsync(request with { Plan = plan, Reservation = null }, log, token), cancellationToken);
            return LentPlace.Around(place, plan, new InstanceLoan(lease, executor.Traits, Leave));
        }
        catch (Exception e)
        {
            Leave();
            lease.Release(isDoubted: e is EnvironmentException { Retriable: true });
            throw;
        }

        void Leave()
        {
            (executor as IDisposable)?.Dispose();
            tunnel.Dispose();
        }
    }

    /// <summary>Nothing of an earlier process goes on; what ran on an instance that stays is removed before the next job there.</summary>
    public Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken) =>
        Task.FromResult<Reopening>(new Reopening.Lost("and jobs on instances do not go on"));

    /// <summary>Reads standard input into the engine's socket, and the other way. The path goes through the shell of the user there.</summary>
    private string Command()
    {
        if (engineHost.Length == 0)
        {
            return "docker system dial-stdio";
        }

        return engineHost.StartsWith(SocketScheme, StringComparison.Ordinal) && engineHost.AsSpan(SocketScheme.Length).IndexOfAnyExcept(Allowed) < 0
            ? $"docker --host {engineHost} system dial-stdio"
            : throw EnvironmentException.Misconfigured(
                $"[runners.docker] host = \"{engineHost}\": the engine of an instance is reached over its ssh connection; leave host out, or name its socket as unix:///PATH");
    }

    private static readonly System.Buffers.SearchValues<char> Allowed =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-");
}

/// <summary>The engine of an instance.</summary>
/// <param name="Tunnel">The way to it.</param>
public sealed record InstanceEngine(IEngineTunnel Tunnel)
{
    /// <summary>Of the job's place; null: containers go where the settings say.</summary>
    public string? Cgroup { get; init; }

    /// <summary>Likewise of services.</summary>
    public string? ServiceCgroup { get; init; }
}
