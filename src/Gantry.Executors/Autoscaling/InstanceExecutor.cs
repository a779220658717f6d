using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Ssh;
using Gantry.Protocol.Runners;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Autoscaling;

/// <summary>
/// Jobs on the system of an autoscaled instance (official-executors §8), entered by ssh. One per runner entry's snapshot; the instances
/// are the process's.
/// </summary>
public sealed class InstanceExecutor(InstanceSettings settings, ScalerFleet fleet, ILogger<InstanceExecutor> logger) : IExecutor, IReservingExecutor
{
    private const string InstanceKey = "instance";

    private readonly ScalerDesk _desk = new(settings.Scaler, fleet);

    /// <summary>What holds before there is an entry.</summary>
    public static ExecutorTraits KindTraits { get; } = SshExecutor.KindTraits with
    {
        Announcement = null,
        Features = new RunnerFeatures { Variables = true, Shared = true },
    };

    public string Name => "instance";

    public ExecutorTraits Traits { get; } = KindTraits with { SharedBuildsFolder = !settings.SharesBuildFolder };

    internal Scaler Scaler => _desk.Scaler;

    public void Tend() => _desk.Tend();

    public Task<IPlaceReservation?> ReserveAsync(CancellationToken cancellationToken) => _desk.ReserveAsync(cancellationToken);

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        SshShells.Check(request.Plan.Shell, "the instance executor");
        if (settings.UseCommonBuildDir && !settings.SharesBuildFolder)
        {
            log.Warning("use_common_build_dir has no effect: requires vm isolation or max_use_count = 1");
        }

        var (lease, connection) = await _desk.EnterAsync(request, log, cancellationToken);
        try
        {
            var host = new RemoteHost
            {
                Executor = Name,
                Traits = Traits,
                Settings = lease.Route.Ssh,
                Handle = new Dictionary<string, string> { [InstanceKey] = lease.Route.Id },
                Time = fleet.Time,
                Logger = logger,
            };
            var place = await ScalerDesk.GuardAsync(
                lease.Slot, token => host.EnterAsync(connection, request with { Reservation = null }, log, token), cancellationToken);
            var plan = SlotCgroup.Tell(((IReplannedPlace)place).Plan, SlotCgroup.Of(settings.Scaler.SlotCgroup, lease.Slot.Number));
            return LentPlace.Around(place, plan, new InstanceLoan(lease, Traits, () => { }));
        }
        catch (Exception e)
        {
            lease.Release(isDoubted: e is EnvironmentException { Retriable: true });
            throw;
        }
    }

    /// <summary>
    /// A script of an earlier process wrote into its connection, which ended with it. What runs of it is killed where its instance is still
    /// there.
    /// </summary>
    public async Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken)
    {
        if (!settings.Scaler.Problems().Any() && handle.Values.TryGetValue(InstanceKey, out var id)
            && await _desk.Scaler.FindAsync(id, cancellationToken) is { } route)
        {
            await SshEnvironment.SweepAsync(route.Ssh, request.JobFolder, fleet.Time, cancellationToken);
        }

        return new Reopening.Lost("");
    }
}

/// <summary>Settings of the executor instance.</summary>
public sealed record InstanceSettings
{
    public required ScalerSettings Scaler { get; init; }

    /// <summary><c>[runners.instance] use_common_build_dir</c>: sources have no number of the job's place in their path.</summary>
    public bool UseCommonBuildDir { get; init; }

    /// <summary>Only where no two jobs meet.</summary>
    internal bool SharesBuildFolder => UseCommonBuildDir && Scaler.MaxUses == 1;
}
