using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.VirtualMachines.VirtualBox;

/// <summary>Runs each job in a virtual machine of VirtualBox on this computer, a copy of one that the operator has set up (official-executors §11).</summary>
public sealed class VirtualBoxExecutor(VirtualBoxSettings settings, VmHost host, TimeProvider time, ILogger<VirtualBoxExecutor> logger) : IExecutor
{
    private readonly VmProgram _program = new(
        host.VBoxManage, "VBoxManageOutput error: ", "install VirtualBox on this computer, and have it on the PATH of the runner", time);

    /// <summary>What holds before there is an entry.</summary>
    public static ExecutorTraits KindTraits => VmLease.CommonTraits;

    public string Name => "virtualbox";

    public ExecutorTraits Traits => KindTraits;

    private VirtualBoxHypervisor Hypervisor => new(settings, _program, host.Patience, time);

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        settings.Check(request.Plan.Shell, host);
        log.Line(await Hypervisor.AnnounceAsync(cancellationToken));
        var original = VmImages.Choose(request.Plan, settings.BaseName, settings.AllowedImages, host, log);
        return await Flow(Lease(NameFor(request.Plan, original), original)).PrepareAsync(request, log, cancellationToken);
    }

    /// <summary>A job of an earlier process cannot go on: its scripts wrote into a connection that ended with that process. Its machine is left.</summary>
    public async Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken)
    {
        await Flow(Lease("", settings.BaseName).Of(handle)).LeaveAsync(request.Plan.Payload.Id);
        return new Reopening.Lost("");
    }

    /// <summary>Asks the program, for <c>gantry doctor</c>.</summary>
    /// <returns>What is there.</returns>
    /// <exception cref="EnvironmentException">Jobs could not run, and why.</exception>
    public async Task<string> ProbeAsync(string shell, CancellationToken cancellationToken)
    {
        settings.Check(shell, host);
        var version = VBoxOutput.Version(await _program.RunAsync(host.Patience.Question, ["--version"], cancellationToken));
        await _program.RunAsync(host.Patience.Question, ["showvminfo", settings.BaseName, "--machinereadable"], cancellationToken);
        return $"version {version}, VM {settings.BaseName}";
    }

    private string NameFor(JobPlan plan, string original) =>
        settings.DisableSnapshots ? $"{settings.BaseName}-{plan.UniqueName}" : VmLease.KeptName(original, plan);

    private VmLease Lease(string name, string original) => new()
    {
        Executor = Name,
        Traits = KindTraits,
        Order = new VmOrder(name, original),
        Keeps = !settings.DisableSnapshots,
        Ssh = settings.Ssh with { CopyOf = original },
        Program = host.VBoxManage,
    };

    private VmFlow Flow(VmLease lease) => new(Hypervisor, lease, host, time, logger);
}
