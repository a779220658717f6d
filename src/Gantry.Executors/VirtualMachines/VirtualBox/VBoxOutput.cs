using System.Text.RegularExpressions;

namespace Gantry.Executors.VirtualMachines.VirtualBox;

/// <summary>Reads what VBoxManage prints.</summary>
internal static partial class VBoxOutput
{
    /// <summary>States in which a machine must not be started: it runs, or is on its way somewhere.</summary>
    private static readonly string[] BusyStates =
    [
        "paused", "gurumeditation", "teleporting", "livesnapshotting", "starting", "stopping", "saving", "restoring", "teleportingpausedvm",
        "teleportingin", "faulttolerantsyncing", "deletingsnapshotlive", "deletingsnapshotlivepaused", "onlinesnapshotting", "restoringsnapshot",
        "deletingsnapshot", "settingup", "snapshotting",
    ];

    /// <summary>Of <c>--version</c>: what is wrong with the kernel's module is printed before it.</summary>
    public static string Version(string output) => Lines(output).LastOrDefault(line => line.Trim().Length > 0)?.Trim() ?? "";

    /// <summary>Of <c>showvminfo --machinereadable</c>.</summary>
    public static VmStatus Status(string output) => State().Match(output) is { Success: true } match
        ? new VmStatus(match.Groups[1].Value, PhaseOf(match.Groups[1].Value))
        : new VmStatus("unknown", VmPhase.Busy);

    /// <summary>Of <c>showvminfo</c>: the way to the machine's ssh server; null: there is none.</summary>
    public static ForwardingRule? SshRule(string output) => Lines(output).Select(line => SshRuleLine().Match(line)).FirstOrDefault(m => m.Success) is { } match
        ? new ForwardingRule(match.Groups[1].Value, match.Groups[2].Value)
        : null;

    /// <summary>Of <c>list vms -l</c>: the ports of this computer that lead to any machine.</summary>
    public static IReadOnlySet<string> Ports(string output) => HostPort().Matches(output).Select(match => match.Groups[1].Value).ToHashSet();

    /// <summary>Of <c>snapshot list --machinereadable</c>; null: there is none.</summary>
    public static string? CurrentSnapshot(string output) =>
        Lines(output).Select(line => Value(line, name => name == "CurrentSnapshotName")).FirstOrDefault(value => value is not null);

    /// <param name="output">Of <c>snapshot list --machinereadable</c>.</param>
    /// <param name="snapshot">Name or UUID.</param>
    public static bool HasSnapshot(string output, string snapshot) => Lines(output).Any(line => Value(
        line, name => name.StartsWith("SnapshotName", StringComparison.Ordinal) || name.StartsWith("SnapshotUUID", StringComparison.Ordinal)) == snapshot);

    /// <summary>Of <c>list hdds</c>.</summary>
    public static IReadOnlyList<VBoxDisk> Disks(string output)
    {
        var disks = new List<VBoxDisk>();
        var uuid = "";
        foreach (var line in Lines(output))
        {
            if (After(line, "UUID:") is { } id)
            {
                uuid = id;
            }
            else if (After(line, "Location:") is { } location)
            {
                disks.Add(new VBoxDisk(uuid, location));
            }
        }

        return disks;
    }

    /// <summary>Of <c>list systemproperties</c>; null: it does not say.</summary>
    public static string? MachineFolder(string output) => Lines(output).Select(line => After(line, "Default machine folder:")).FirstOrDefault(folder => folder is not null);

    /// <summary>The folder is in the other one, not deeper.</summary>
    public static bool IsImmediateChild(string parent, string child) => Path.GetDirectoryName(Trimmed(child)) == Trimmed(parent);

    private static string Trimmed(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private static string[] Lines(string output) => output.ReplaceLineEndings("\n").Split('\n');

    private static string? After(string line, string title) => line.StartsWith(title, StringComparison.Ordinal) ? line[title.Length..].Trim() : null;

    /// <summary>The text of <c>NAME="text"</c> when the name fits.</summary>
    private static string? Value(string line, Func<string, bool> fits) =>
        line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && line[(at + 1)..] is ['"', .. var value, '"'] && fits(line[..at]) ? value : null;

    private static VmPhase PhaseOf(string state) =>
        state == "running" ? VmPhase.Running
        : state == "inaccessible" ? VmPhase.Lost
        : BusyStates.Contains(state) ? VmPhase.Busy
        : VmPhase.Off;

    [GeneratedRegex(@"VMState=""(\w+)""", RegexOptions.NonBacktracking)]
    private static partial Regex State();

    [GeneratedRegex(@"guestssh.*host port = ([0-9]+)(?:.*guest port = ([0-9]+))?", RegexOptions.NonBacktracking)]
    private static partial Regex SshRuleLine();

    [GeneratedRegex(@"host port = ([0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex HostPort();
}

/// <summary>A port of this computer that leads into a machine.</summary>
/// <param name="HostPort">Of this computer.</param>
/// <param name="GuestPort">In the machine; empty: not told.</param>
internal sealed record ForwardingRule(string HostPort, string GuestPort);

/// <summary>A virtual disk that VirtualBox knows.</summary>
internal sealed record VBoxDisk(string Uuid, string Location);
