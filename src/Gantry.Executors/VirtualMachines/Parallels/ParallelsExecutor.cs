using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.VirtualMachines.Parallels;

/// <summary>
/// Runs each job in a virtual machine of Parallels Desktop on this Mac, a copy of one that the operator has set up (official-executors
/// §12).
/// </summary>
public sealed class ParallelsExecutor(ParallelsSettings settings, VmHost host, TimeProvider time, ILogger<ParallelsExecutor> logger) : IExecutor
{
    private readonly VmProgram _program = new(
        host.PrlCtl, "calling prlctl: ", "install Parallels Desktop (Pro or Business) on this Mac, and have it on the PATH of the runner", time);

    /// <summary>What holds before there is an entry.</summary>
    public static ExecutorTraits KindTraits => VmLease.CommonTraits;

    public string Name => "parallels";

    public ExecutorTraits Traits => KindTraits;

    private ParallelsHypervisor Hypervisor => new(settings, _program, host, time);

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        Check(request.Plan.Shell);
        log.Line(await Hypervisor.AnnounceAsync(cancellationToken));
        var original = VmImages.Choose(request.Plan, settings.BaseName, settings.AllowedImages, host, log);
        var name = settings.DisableSnapshots ? $"{original}-{request.Plan.UniqueName}" : VmLease.KeptName(original, request.Plan);
        return await Flow(Lease(name, original)).PrepareAsync(request, log, cancellationToken);
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
        Check(shell);
        var version = await Hypervisor.VersionAsync(cancellationToken);
        await _program.RunAsync(host.Patience.Question, ["list", settings.BaseName, "--no-header", "--output", "status"], cancellationToken);
        return $"version {version}, VM {settings.BaseName}";
    }

    private void Check(string shell)
    {
        settings.Check(shell, host);
        if (!host.IsMac)
        {
            throw EnvironmentException.Misconfigured("parallels works only on \"darwin\" platform");
        }
    }

    private VmLease Lease(string name, string original) => new()
    {
        Executor = Name,
        Traits = KindTraits,
        Order = new VmOrder(name, original),
        Keeps = !settings.DisableSnapshots && !host.IsAppleSilicon,
        Ssh = settings.Ssh with { CopyOf = original },
        Program = host.PrlCtl,
    };

    private VmFlow Flow(VmLease lease) => new(Hypervisor, lease, host, time, logger);
}
