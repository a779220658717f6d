using System.Text.RegularExpressions;

namespace Gantry.Executors.VirtualMachines;

/// <summary>What the executors of virtual machines need of this process and the computer it runs on.</summary>
public sealed record VmHost
{
    /// <summary>Makes a pattern of <c>allowed_images</c>, in RE2 syntax and in linear time; null: it is none.</summary>
    public required Func<string, Regex?> Compile { get; init; }

    /// <summary>Parallels Desktop is for macOS alone.</summary>
    public bool IsMac { get; init; }

    /// <summary>Parallels has no snapshots of machines there.</summary>
    public bool IsAppleSilicon { get; init; }

    /// <summary>A name is looked up in the runner's own PATH.</summary>
    public string VBoxManage { get; init; } = "vboxmanage";

    /// <inheritdoc cref="VBoxManage"/>
    public string PrlCtl { get; init; } = "prlctl";

    /// <summary>Where Parallels Desktop writes down which machine has which address.</summary>
    public string ParallelsLeases { get; init; } = "/Library/Preferences/Parallels/parallels_dhcp_leases";

    public VmPatience Patience { get; init; } = new();
}

/// <summary>How long is waited for what. Each wait ends earlier with the job.</summary>
public sealed record VmPatience
{
    /// <summary>For a command that only asks.</summary>
    public TimeSpan Question { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>For a command that starts, stops, saves or removes.</summary>
    public TimeSpan Change { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For a command that copies whole disks.</summary>
    public TimeSpan Copy { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Until a machine that was started says that it runs.</summary>
    public TimeSpan Running { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Until it answers by ssh.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For one attempt to reach it.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Between two looks.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For everything after the job.</summary>
    public TimeSpan Leaving { get; init; } = TimeSpan.FromMinutes(5);
}
