using System.Globalization;
using System.Text.RegularExpressions;
using Gantry.Engine.Processes;
using Gantry.Executors.VirtualMachines;
using Gantry.Executors.Ssh;
using Gantry.Executors.Tests.Docker;
using Gantry.Executors.Tests.Ssh;
using Gantry.TestKit.Tables;

namespace Gantry.Executors.Tests.VirtualMachines;

/// <summary>
/// Stand-ins for <c>vboxmanage</c> and <c>prlctl</c> (the scripts in Kit) with their machines in a folder. A machine that runs is a real
/// OpenSSH server.
/// </summary>
internal sealed class VmKit : IDisposable
{
    private readonly string _folder;
    private readonly LiveSsh _live;

    public VmKit(LiveSsh live, string folder)
    {
        (_live, _folder) = (live, Directory.CreateDirectory(folder).FullName);
        foreach (var script in new[] { "vboxmanage", "prlctl", "machines.sh" })
        {
            File.CreateSymbolicLink(In(script), Path.Combine(CaseFile.Root, "tests/Gantry.Executors.Tests/VirtualMachines/Kit", script));
        }

        Write("live", live.In("") + "\n");
        Write("port", GuestPort);
        Write("known_hosts", $"base ssh-ed25519 {live.HostKey}\n");
        Add("base", "poweroff");
    }

    public string GuestPort { get; } = TestRegistry.FreePort().ToString(CultureInfo.InvariantCulture);

    public VmHost Host => new()
    {
        Compile = Compile,
        IsMac = true,
        VBoxManage = In("vboxmanage"),
        PrlCtl = In("prlctl"),
        ParallelsLeases = In("leases"),
        Patience = new VmPatience { Pause = TimeSpan.FromMilliseconds(20) },
    };

    public SshSettings Ssh => _live.Settings with { Port = GuestPort, KnownHostsFile = In("known_hosts") };

    /// <summary>How the program was called.</summary>
    public IReadOnlyList<string> Calls => File.Exists(In("calls")) ? File.ReadAllLines(In("calls")) : [];

    /// <summary>Those that change something.</summary>
    public IReadOnlyList<string> Changes => [.. Calls.Where(call => call.Split(' ')[0] is not ("--version" or "showvminfo" or "list" or "snapshot-list")
        && !call.EndsWith("--machinereadable", StringComparison.Ordinal))];

    public IReadOnlyList<string> Machines => [.. Directory.GetDirectories(In("vms")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    public string In(string name) => Path.Combine(_folder, name);

    public void Write(string name, string text) => File.WriteAllText(In(name), text);

    public string State(string machine) => File.ReadAllText(In($"vms/{machine}/state")).Trim();

    /// <summary>A machine that somebody has set up.</summary>
    public void Add(string machine, string state)
    {
        Directory.CreateDirectory(In($"vms/{machine}/disk"));
        Write($"vms/{machine}/disk/os", $"disk of {machine}\n");
        Write($"vms/{machine}/state", state + "\n");
    }

    public void Forget() => File.Delete(In("calls"));

    public async Task CalledAsync(string verb)
    {
        while (!Calls.Any(call => call.StartsWith(verb, StringComparison.Ordinal)))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Machines that a failed test left running.</summary>
    public void Dispose()
    {
        foreach (var note in Directory.GetFiles(In("vms"), "pid", SearchOption.AllDirectories))
        {
            ProcessGroup.KillAll(int.Parse(File.ReadAllText(note), CultureInfo.InvariantCulture));
        }
    }

    private static Regex? Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
