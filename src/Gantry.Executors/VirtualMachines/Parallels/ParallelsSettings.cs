namespace Gantry.Executors.VirtualMachines.Parallels;

/// <summary><c>[runners.parallels]</c> (official-executors §12).</summary>
public sealed record ParallelsSettings : VmSettings
{
    /// <summary>The template that copies of the runner's own machine are made with; empty: its name with <c>-template</c>.</summary>
    public string TemplateName { get; init; } = "";

    /// <summary>Where the clock of a restored machine is set from.</summary>
    public string TimeServer { get; init; } = "time.apple.com";

    private protected override string Product => "Parallels";

    private protected override string MissingSsh => "missing SSH configuration";
}
