using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Executors.Ssh;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.VirtualMachines;

/// <summary>
/// How a job gets its virtual machine (official-executors §11, §12), whatever the program:
/// <code>
/// kept machine ─► back to its state ──────────────────────────────────────────┐
///   │ cannot                                                                  ▼
///   └─► removed ─► copied from the original ─► answers ─► state is kept ─► running ─► answers ─► settled ─► job
/// </code>
/// </summary>
internal sealed class VmFlow(IHypervisor hypervisor, VmLease lease, VmHost host, TimeProvider time, ILogger logger)
{
    /// <summary>Waits until nobody else has the machine, and makes it ready.</summary>
    /// <exception cref="EnvironmentException">It cannot be; what was made is removed.</exception>
    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        var turn = await VmTurns.EnterAsync(lease.Turn, cancellationToken);
        var machine = hypervisor.Open(lease.Order.Name);
        var stay = new VmStay(machine, turn, host.Patience, time, logger) { Keeps = lease.Keeps, Job = request.Plan.Payload.Id };
        SshConnection connection;
        try
        {
            connection = await ReadyAsync(machine, stay, log, cancellationToken);
        }
        catch
        {
            await stay.DisposeAsync();
            throw;
        }

        return await new RemoteHost
        {
            Executor = lease.Executor,
            Traits = lease.Traits,
            Settings = lease.Ssh,
            Handle = lease.Handle,
            Machine = stay,
            Time = time,
            Logger = logger,
        }.EnterAsync(connection, request, log, cancellationToken);
    }

    /// <summary>
    /// What a killed process left of a job: the machine is switched off, and removed where none is kept. A machine that a job of this
    /// process has already is that job's.
    /// </summary>
    public async Task LeaveAsync(long job)
    {
        if (VmTurns.TryEnter(lease.Turn) is { } turn)
        {
            await new VmStay(hypervisor.Open(lease.Order.Name), turn, host.Patience, time, logger) { Keeps = lease.Keeps, Provisioned = true, Job = job }
                .DisposeAsync();
        }
    }

    private async Task<SshConnection> ReadyAsync(IVirtualMachine machine, VmStay stay, IJobLog log, CancellationToken cancellationToken)
    {
        var exists = await StartOverAsync(machine, log, cancellationToken);
        if (!exists)
        {
            log.Line("Creating new VM...");
            await hypervisor.CreateAsync(lease.Order, log, cancellationToken);
            if (lease.Keeps)
            {
                // Nothing of a connection shall be in the state that every job begins with.
                (await AnswerAsync(machine, cancellationToken)).Dispose();
                log.Line("Creating default snapshot...");
                await machine.KeepStateAsync(cancellationToken);
            }
        }

        await RunAsync(machine, log, cancellationToken);
        log.Line("Waiting for VM to become responsive...");
        var connection = await AnswerAsync(machine, cancellationToken);
        stay.Provisioned = true;
        try
        {
            await hypervisor.SettleAsync(machine, log, cancellationToken);
            log.Line("Starting SSH command...");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Brings the machine of an earlier job back to its state, or removes it.</summary>
    /// <returns>It is there.</returns>
    private async Task<bool> StartOverAsync(IVirtualMachine machine, IJobLog log, CancellationToken cancellationToken)
    {
        if (await machine.StatusAsync(cancellationToken) is not { } status)
        {
            return false;
        }

        if (!lease.Keeps || status.Phase == VmPhase.Lost)
        {
            await machine.RemoveAsync(cancellationToken);
            return false;
        }

        log.Line("Restoring VM from snapshot...");
        try
        {
            // A process that was killed leaves it running.
            if (status.Phase != VmPhase.Off)
            {
                await machine.StopAsync(cancellationToken);
            }

            await machine.RestoreAsync(cancellationToken);
            return true;
        }
        catch (EnvironmentException broken) when (broken.Retriable)
        {
            log.Line($"Previous VM failed. Deleting, because {broken.Message}");
            await machine.RemoveAsync(cancellationToken);
            return false;
        }
    }

    private async Task RunAsync(IVirtualMachine machine, IJobLog log, CancellationToken cancellationToken)
    {
        var status = await machine.StatusAsync(cancellationToken);
        if (status is { Phase: VmPhase.Off })
        {
            log.Line("Starting VM...");
            await machine.StartAsync(cancellationToken);
        }

        var since = time.GetTimestamp();
        while (status is not { Phase: VmPhase.Running })
        {
            status = await machine.StatusAsync(cancellationToken);
            if (status is null || (status.Value.Phase != VmPhase.Running && time.GetElapsedTime(since) > host.Patience.Running))
            {
                throw EnvironmentException.Broken($"VM {machine.Name} is in {status?.Word ?? "notfound"} where it should be in running");
            }

            if (status.Value.Phase != VmPhase.Running)
            {
                await Task.Delay(host.Patience.Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>Tries again and again while the machine runs, and there is time.</summary>
    /// <exception cref="EnvironmentException">It does not answer, or will never let us in.</exception>
    private async Task<SshConnection> AnswerAsync(IVirtualMachine machine, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            string problem;
            try
            {
                return await AttemptAsync(machine, cancellationToken);
            }
            catch (EnvironmentException broken) when (SshConnection.MayPass(broken))
            {
                problem = broken.Message;
            }

            if (await machine.StatusAsync(cancellationToken) is not { Phase: not VmPhase.Off and not VmPhase.Lost } status)
            {
                throw EnvironmentException.Broken($"VM {machine.Name} has stopped before it answered by ssh: {problem}");
            }

            if (time.GetElapsedTime(since) > host.Patience.Answer)
            {
                throw EnvironmentException.Broken(
                    $"VM {machine.Name} ({status.Word}) did not answer by ssh within {GoDuration.Format(host.Patience.Answer)}: {problem} "
                    + $"Start {lease.Order.Original} by hand and look whether its ssh server comes up by itself and lets {lease.Ssh.User} in");
            }

            await Task.Delay(host.Patience.Pause, time, cancellationToken);
        }
    }

    private async Task<SshConnection> AttemptAsync(IVirtualMachine machine, CancellationToken cancellationToken)
    {
        var address = await hypervisor.FindAddressAsync(machine, cancellationToken);
        using var patience = new CancellationTokenSource(host.Patience.Attempt, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        SshConnection? connection = null;
        try
        {
            connection = await SshConnection.OpenAsync(lease.Ssh with { Host = address.Host, Port = address.Port }, either.Token);
            // Let in is not yet allowed to work: that is what a system says which has not come up far enough.
            var exit = await RemoteCommand.RunAsync(connection, "exit", [], (_ => { }, _ => { }), time, either.Token);
            var open = exit.Status == 0
                ? connection
                : throw EnvironmentException.Broken(string.Create(CultureInfo.InvariantCulture, $"`exit` ended with status {exit.Status} on {connection.Name}."));
            connection = null;
            return open;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw EnvironmentException.Broken($"{address.Host}:{address.Port} said nothing for {GoDuration.Format(host.Patience.Attempt)}.");
        }
        finally
        {
            connection?.Dispose();
        }
    }
}
