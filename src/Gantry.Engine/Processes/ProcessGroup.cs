using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Gantry.Engine.Processes;

/// <summary>
/// The processes that came from one child: its process group, and on Linux every member of its session, which also holds
/// those that put themselves in a group of their own. A process that starts a session of its own has left on purpose.
/// </summary>
public static class ProcessGroup
{
    /// <summary>Of the counters in <c>/proc</c>; the same on every architecture Linux has for .NET.</summary>
    private const int TicksPerSecond = 100;

    /// <summary>Hundreds of jobs are measured with one look through <c>/proc</c>.</summary>
    private const int ScanKeptMilliseconds = 200;

    private static (long At, List<RunningProcess> Processes)? _lastScan;

    /// <summary>
    /// Sends a signal to the group at once, then to the members of the session that have a group of their own (job
    /// control). False when nobody got it.
    /// </summary>
    internal static bool Signal(int leader, int signal)
    {
        var any = LibC.Kill(-leader, signal) == 0;
        foreach (var member in Members(leader))
        {
            any |= member.Group != leader && LibC.Kill(member.Id, signal) == 0;
        }

        return any;
    }

    /// <summary>Members that are alive, by the session; zombies do not count. Empty where there is no <c>/proc</c>.</summary>
    public static IReadOnlyList<RunningProcess> Members(int leader) => Scan(process => process.Session == leader);

    /// <summary>What the members of some sessions use: processor time with that of their ended children, and resident memory.</summary>
    public static (TimeSpan Cpu, long Memory) Usage(IReadOnlyCollection<int> sessions)
    {
        var all = _lastScan;
        if (all is null || Environment.TickCount64 - all.Value.At > ScanKeptMilliseconds)
        {
            _lastScan = all = (Environment.TickCount64, Scan(_ => true));
        }

        var members = all.Value.Processes.Where(process => sessions.Contains(process.Session)).ToList();
        var ticks = members.Sum(process => process.CpuTicks);
        return (TimeSpan.FromSeconds(ticks / (double)TicksPerSecond), members.Sum(process => process.ResidentPages) * Environment.SystemPageSize);
    }

    /// <summary>
    /// Sessions of processes below the leader: a program such as <c>su</c> gives its command one of its own. Only complete
    /// while the leader is alive.
    /// </summary>
    internal static IReadOnlyList<int> SessionsBelow(int leader)
    {
        var all = Scan(_ => true);
        var below = new HashSet<int> { leader };
        var grown = true;
        while (grown)
        {
            grown = false;
            foreach (var process in all)
            {
                grown |= below.Contains(process.Parent) && below.Add(process.Id);
            }
        }

        return [.. all.Where(process => below.Contains(process.Id)).Select(process => process.Session).Append(leader).Distinct()];
    }

    /// <summary>
    /// Kills everything that is left of a session, also what is being started meanwhile. True when nothing is left.
    /// </summary>
    public static bool KillAll(int leader)
    {
        for (var round = 0; round < 10; round++)
        {
            var members = Members(leader);
            if (members.Count == 0)
            {
                return true;
            }

            foreach (var member in members)
            {
                _ = LibC.Kill(member.Id, LibC.SigKill);
            }
        }

        return Members(leader).Count == 0;
    }

    /// <summary>
    /// The same, asked by a later process of the runner: <paramref name="mark"/> is the leader's
    /// <see cref="StartMark"/>. Kills nothing when the machine was started anew since, or the number belongs to another
    /// process now.
    /// </summary>
    public static void KillAllOf(int leader, string mark)
    {
        var boot = BootId();
        var now = StartMark(leader);
        if (boot is not null && mark.StartsWith(boot + ":", StringComparison.Ordinal) && (now is null || now == mark))
        {
            KillAll(leader);
        }
    }

    /// <summary>
    /// A mark by which a later process of the runner can tell whether the process with this id is still the same one:
    /// the kernel's boot and the process's start within it. Null when it is gone or there is no <c>/proc</c>.
    /// </summary>
    public static string? StartMark(int process) =>
        Read(process) is { } found && BootId() is { } boot
            ? string.Create(CultureInfo.InvariantCulture, $"{boot}:{found.StartTicks}")
            : null;

    /// <summary>The group has members, zombies included. Cheaper than <see cref="Members"/>.</summary>
    public static bool Exists(int leader) =>
        LibC.Kill(-leader, 0) == 0 || Marshal.GetLastPInvokeError() != LibC.NoSuchProcess;

    /// <summary>Reads <c>/proc/ID/stat</c>: id, name in parentheses (any bytes), state, parent, group, session, …, start.</summary>
    internal static RunningProcess? Parse(int id, ReadOnlySpan<byte> stat)
    {
        var open = stat.IndexOf((byte)'(');
        var close = stat.LastIndexOf((byte)')');
        if (open < 0 || close < open)
        {
            return null;
        }

        var fields = Encoding.ASCII.GetString(stat[(close + 1)..]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 && fields[0] is not ("Z" or "X")
            && int.TryParse(fields[1], CultureInfo.InvariantCulture, out var parent)
            && int.TryParse(fields[2], CultureInfo.InvariantCulture, out var group)
            && int.TryParse(fields[3], CultureInfo.InvariantCulture, out var session)
            && long.TryParse(fields[19], CultureInfo.InvariantCulture, out var ticks)
                ? new RunningProcess(id, Encoding.UTF8.GetString(stat[(open + 1)..close]), parent, group, session, ticks)
                {
                    CpuTicks = Enumerable.Range(11, 4).Sum(i => Number(fields, i)),
                    ResidentPages = Number(fields, 21),
                }
                : null;
    }

    private static long Number(string[] fields, int index) =>
        index < fields.Length && long.TryParse(fields[index], CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static List<RunningProcess> Scan(Func<RunningProcess, bool> wanted)
    {
        var found = new List<RunningProcess>();
        if (!Directory.Exists("/proc/self"))
        {
            return found;
        }

        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out var id)
                && Read(id) is { } process && wanted(process))
            {
                found.Add(process);
            }
        }

        return found;
    }

    private static RunningProcess? Read(int id)
    {
        try
        {
            return Parse(id, File.ReadAllBytes($"/proc/{id}/stat"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? BootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>A process that is alive.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The kernel's short name of its program.</param>
/// <param name="Parent">Its parent's id.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session: the id of the process that started it.</param>
/// <param name="StartTicks">Its start since boot, in the kernel's ticks.</param>
public sealed record RunningProcess(int Id, string Name, int Parent, int Group, int Session, long StartTicks)
{
    /// <summary>Processor time in ticks, with that of its children that have ended.</summary>
    public long CpuTicks { get; init; }

    public long ResidentPages { get; init; }
}
