using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gantry.Engine.Executors;
using Gantry.Engine.Traces;

namespace Gantry.Executors.VirtualMachines.VirtualBox;

/// <summary>Machines by <c>vboxmanage</c> (official-executors §11), reached through a forwarded port of this computer.</summary>
internal sealed class VirtualBoxHypervisor(VirtualBoxSettings settings, VmProgram program, VmPatience patience, TimeProvider time) : IHypervisor
{
    private const string Loopback = "127.0.0.1";

    /// <summary>Of an original that has no snapshot yet.</summary>
    private const string FirstSnapshot = "Base State";

    public async Task<string> AnnounceAsync(CancellationToken cancellationToken) =>
        $"Using VirtualBox version {VBoxOutput.Version(await program.RunAsync(patience.Question, ["--version"], cancellationToken))} executor...";

    public IVirtualMachine Open(string name) => new VirtualBoxMachine(name, settings, program, patience, time);

    public async Task CreateAsync(VmOrder order, IJobLog log, CancellationToken cancellationToken)
    {
        var machine = Open(order.Name);
        // A machine that VirtualBox knows and cannot read is no obstacle.
        await program.AskAsync(patience.Change, ["unregistervm", order.Name], cancellationToken);
        using (await VmTurns.EnterAsync($"{program.FileName} original {order.Original}", cancellationToken))
        {
            await CloneAsync(order, await SnapshotAsync(order.Original, log, cancellationToken), cancellationToken);
        }

        await ForwardAsync(order.Name, cancellationToken);
        await machine.StartAsync(cancellationToken);
    }

    public async Task<VmAddress> FindAddressAsync(IVirtualMachine machine, CancellationToken cancellationToken) =>
        VBoxOutput.SshRule(await program.RunAsync(patience.Question, ["showvminfo", machine.Name], cancellationToken)) is { } rule
            ? new VmAddress(Loopback, rule.HostPort)
            : throw EnvironmentException.Broken($"failed to find guestssh port: VM {machine.Name} has no forwarding of that name on its first network card.");

    public Task SettleAsync(IVirtualMachine machine, IJobLog log, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Which state of the original is copied; null: a full copy, of what it is now.</summary>
    private async Task<string?> SnapshotAsync(string original, IJobLog log, CancellationToken cancellationToken)
    {
        var known = await program.AskAsync(patience.Question, ["snapshot", original, "list", "--machinereadable"], cancellationToken);
        var snapshot = settings.BaseSnapshot is { Length: > 0 } configured ? configured
            : VBoxOutput.CurrentSnapshot(known.Output) ?? (settings.DisableSnapshots ? null : FirstSnapshot);
        if (snapshot is null || VBoxOutput.HasSnapshot(known.Output, snapshot))
        {
            return snapshot;
        }

        if (settings.DisableSnapshots)
        {
            log.Warning($"Snapshot {snapshot} not found in base VM {original}");
            return null;
        }

        var taken = await program.AskAsync(patience.Change, ["snapshot", original, "take", snapshot], cancellationToken);
        if (taken.Problem is { } problem)
        {
            log.Warning($"Failed to create snapshot {snapshot} from base VM {original}: {problem}");
            return null;
        }

        return snapshot;
    }

    private async Task CloneAsync(VmOrder order, string? snapshot, CancellationToken cancellationToken)
    {
        List<string> arguments = ["clonevm", order.Original, "--mode", "machine", "--name", order.Name, "--register"];
        if (snapshot is not null)
        {
            arguments.AddRange(["--snapshot", snapshot, "--options", "link"]);
        }

        if (settings.BaseFolder.Length > 0)
        {
            arguments.AddRange(["--basefolder", settings.BaseFolder]);
        }

        await program.RunAsync(patience.Copy, arguments, cancellationToken);
    }

    /// <summary>
    /// One port of this computer for the machine's ssh server. A rule that came with the copy has the same port on all copies, so that two
    /// could not run at once: only where it leads is kept.
    /// </summary>
    private async Task ForwardAsync(string name, CancellationToken cancellationToken)
    {
        using var turn = await VmTurns.EnterAsync($"{program.FileName} ports", cancellationToken);
        var inherited = VBoxOutput.SshRule(await program.RunAsync(patience.Question, ["showvminfo", name], cancellationToken));
        if (inherited is not null)
        {
            await program.RunAsync(patience.Change, ["modifyvm", name, "--natpf1", "delete", "guestssh"], cancellationToken);
        }

        var taken = VBoxOutput.Ports(await program.RunAsync(patience.Question, ["list", "vms", "-l"], cancellationToken));
        var port = FreePort();
        while (taken.Contains(port))
        {
            port = FreePort();
        }

        var inside = inherited is { GuestPort.Length: > 0 } rule ? rule.GuestPort : settings.Ssh.Port;
        await program.RunAsync(patience.Change, ["modifyvm", name, "--natpf1", $"guestssh,tcp,{Loopback},{port},,{inside}"], cancellationToken);
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
