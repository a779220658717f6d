using Gantry.Engine.Executors;
using Gantry.Engine.Traces;

namespace Gantry.Executors.VirtualMachines.Parallels;

/// <summary>Machines by <c>prlctl</c> (official-executors §12), reached by their own addresses.</summary>
internal sealed class ParallelsHypervisor(ParallelsSettings settings, VmProgram program, VmHost host, TimeProvider time) : IHypervisor
{
    /// <summary>A second apart, until the tools in a new machine take commands.</summary>
    private const int ToolsTries = 120;

    private const int ClockTries = 20;

    private VmPatience Patience => host.Patience;

    public async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        var output = await program.RunAsync(Patience.Question, ["--version"], cancellationToken);
        return PrlOutput.Version(output) ?? throw EnvironmentException.Broken($"could not find Parallels Desktop version in output:\n{output}");
    }

    public async Task<string> AnnounceAsync(CancellationToken cancellationToken) => $"Using Parallels {await VersionAsync(cancellationToken)} executor...";

    public IVirtualMachine Open(string name) => new ParallelsMachine(name, program, Patience);

    public async Task CreateAsync(VmOrder order, IJobLog log, CancellationToken cancellationToken)
    {
        var template = settings.TemplateName is { Length: > 0 } named && order.Original == settings.BaseName ? named : order.Original + "-template";
        using (await VmTurns.EnterAsync($"{program.FileName} original {order.Original}", cancellationToken))
        {
            await TemplateAsync(order.Original, template, cancellationToken);
            await program.RunAsync(Patience.Copy, ["create", order.Name, "--ostemplate", template], cancellationToken);
        }

        await Open(order.Name).StartAsync(cancellationToken);
        await RepeatAsync(order.Name, ToolsTries, ["exit", "0"], cancellationToken);
    }

    public async Task<VmAddress> FindAddressAsync(IVirtualMachine machine, CancellationToken cancellationToken)
    {
        if (host.IsAppleSilicon)
        {
            var told = await program.RunAsync(Patience.Question, ["list", machine.Name, "-a", "-f", "--json"], cancellationToken);
            return PrlOutput.ConfiguredAddress(told) is { } configured
                ? new VmAddress(configured, settings.Ssh.Port)
                : throw EnvironmentException.Broken($"VM {machine.Name} has no IP address yet.");
        }

        var card = PrlOutput.Mac(await program.RunAsync(Patience.Question, ["list", "-i", machine.Name], cancellationToken))
            ?? throw EnvironmentException.Broken($"MAC address for NIC: nic0 on Virtual Machine: {machine.Name} not found.");
        return PrlOutput.Address(await LeasesAsync(cancellationToken), card) is { } address
            ? new VmAddress(address, settings.Ssh.Port)
            : throw EnvironmentException.Broken($"IP lease not found for MAC address {card} in: {host.ParallelsLeases}.");
    }

    /// <summary>The clock of a restored machine stands where it was kept.</summary>
    public async Task SettleAsync(IVirtualMachine machine, IJobLog log, CancellationToken cancellationToken)
    {
        string[]? command = await HasAsync("ntpdate") ? ["sudo", "ntpdate", "-u", settings.TimeServer]
            : await HasAsync("sntp") ? ["sudo", "sntp", "-sS", settings.TimeServer]
            : null;
        if (command is null)
        {
            log.Warning("Neither sntp nor ntpdate are available in a guest VM. Proceeding without time synchronization ...");
            return;
        }

        try
        {
            await RepeatAsync(machine.Name, ClockTries, command, cancellationToken);
        }
        catch (EnvironmentException)
        {
            log.Line("Could not sync with timeserver!");
            throw;
        }

        async Task<bool> HasAsync(string name) =>
            await program.AskAsync(Patience.Question, ["exec", machine.Name, "which", name], cancellationToken) is { Problem: null };
    }

    private async Task TemplateAsync(string original, string template, CancellationToken cancellationToken)
    {
        var status = await Open(template).StatusAsync(cancellationToken);
        if (status is { Phase: VmPhase.Lost })
        {
            await program.AskAsync(Patience.Change, ["unregister", template], cancellationToken);
            status = await Open(template).StatusAsync(cancellationToken);
        }

        if (status is not null)
        {
            return;
        }

        string[] linked = host.IsAppleSilicon ? [] : ["--linked"];
        var cloned = await program.AskAsync(Patience.Copy, ["clone", original, "--name", template, "--template", .. linked], cancellationToken);
        if (cloned.Problem is { } problem)
        {
            throw EnvironmentException.Broken($"{problem} (image: \"{original}\")");
        }
    }

    /// <summary>Runs a command inside, until it succeeds.</summary>
    private async Task RepeatAsync(string machine, int tries, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        for (var i = 1; ; i++)
        {
            var answer = await program.AskAsync(Patience.Question, ["exec", machine, .. command], cancellationToken);
            if (answer.Problem is null)
            {
                return;
            }

            if (i == tries)
            {
                throw EnvironmentException.Broken(answer.Problem);
            }

            await Task.Delay(Patience.Pause, time, cancellationToken);
        }
    }

    private async Task<string> LeasesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(host.ParallelsLeases, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Broken(e.Message, e);
        }
    }
}
