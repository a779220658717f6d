using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Machines;

/// <summary>
/// Jobs on machines that the command docker-machine makes when they are needed: each job gets a machine to itself and runs there as
/// another executor does it. One instance per runner entry's snapshot; the machines are the process's.
/// </summary>
/// <param name="name">As in <c>config.toml</c>.</param>
/// <param name="settings">The entry's.</param>
/// <param name="traits">Of the executor on the machine.</param>
/// <param name="park">The machines.</param>
/// <param name="open">The executor on a machine; it is disposed after the job.</param>
public sealed class MachineExecutor(
    string name, MachineSettings settings, ExecutorTraits traits, MachinePark park, Func<MachineAccess, IExecutor> open) : IExecutor, IReservingExecutor
{
    private readonly bool _isUsable = !settings.Problems().Any();

    public string Name => name;

    public ExecutorTraits Traits => traits;

    public void Tend()
    {
        if (_isUsable)
        {
            park.Tend(settings);
        }
    }

    public async Task<IPlaceReservation?> ReserveAsync(CancellationToken cancellationToken) =>
        _isUsable ? await park.ReserveAsync(settings, cancellationToken) : null;

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        if (settings.Problems().Select(p => $"[runners.machine] {p.Key} {p.Message}").ToArray() is { Length: > 0 } problems)
        {
            throw EnvironmentException.Misconfigured(string.Join("; ", problems));
        }

        var lease = await park.UseAsync(settings, request.Reservation as MachineReservation, log, cancellationToken);
        IExecutor? executor = null;
        try
        {
            log.Line($"Using machine {lease.Access.Name} ...");
            executor = open(lease.Access);
            if (lease.IsFound && executor is ISweepingExecutor sweeping)
            {
                await sweeping.SweepAsync(new HashSet<long>(), cancellationToken);
            }

            var plan = On(lease.Access.Name, request.Plan);
            var place = await executor.PrepareAsync(
                request with { Plan = plan, Replan = On(lease.Access.Name, request.Replan), Reservation = null }, log, cancellationToken);
            return LentPlace.Around(place, place is IReplannedPlace { Plan: var replanned } ? replanned : plan, new MachineStay(executor, lease));
        }
        catch (Exception e)
        {
            (executor as IDisposable)?.Dispose();
            lease.Release(isDoubted: e is EnvironmentException { Retriable: true });
            throw;
        }
    }

    /// <summary>
    /// Nothing of an earlier process goes on: its machines are found and go back among the idle ones, and what ran there is removed before
    /// the next job.
    /// </summary>
    public Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken) =>
        Task.FromResult<Reopening>(new Reopening.Lost("and jobs on machines do not go on"));

    private static Func<PlaceAnswers, Compilation>? On(string machine, Func<PlaceAnswers, Compilation>? replan) =>
        replan is null ? null : answers => replan(answers) switch
        {
            Compilation.Planned planned => new Compilation.Planned(On(machine, planned.Plan)),
            var refused => refused,
        };

    /// <summary>A machine has one job at a time, so its names and caches are those of the first; it is the host that the log names.</summary>
    private static JobPlan On(string machine, JobPlan plan) => plan with
    {
        Runner = plan.Runner with { HostName = machine },
        Numbers = plan.Numbers with { Project = 0 },
        UniqueName = UniqueName.ForProject(plan.Runner.ShortToken, plan.Payload.JobInfo.ProjectId, 0),
    };
}

/// <summary>What ends with a job on a machine.</summary>
internal sealed class MachineStay(IExecutor executor, MachineLease lease) : ILoan
{
    public ExecutorTraits Traits => executor.Traits;

    /// <summary>Nobody but the job's own connection sees that a machine is gone.</summary>
    public CancellationToken Lost => CancellationToken.None;

    public string WhyLost => "";

    public void End(bool isDoubted)
    {
        (executor as IDisposable)?.Dispose();
        lease.Release(isDoubted);
    }
}
