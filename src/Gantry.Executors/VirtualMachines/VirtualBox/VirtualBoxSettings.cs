namespace Gantry.Executors.VirtualMachines.VirtualBox;

/// <summary><c>[runners.virtualbox]</c> (official-executors §11).</summary>
public sealed record VirtualBoxSettings : VmSettings
{
    /// <summary>Which state of the original is copied; empty: its current one.</summary>
    public string BaseSnapshot { get; init; } = "";

    /// <summary>Where copies are put; empty: where VirtualBox puts its machines.</summary>
    public string BaseFolder { get; init; } = "";

    /// <summary>As <c>VBoxManage startvm --type</c> takes it.</summary>
    public string StartType { get; init; } = "headless";

    private protected override string Product => "VirtualBox";

    private protected override string MissingSsh => "missing SSH config";
}
