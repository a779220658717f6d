namespace Gantry.Runner.Configuration.Shapes;

/// <summary>Keys of <c>[runners.machine]</c> (official-cli-config §2.5.9).</summary>
internal static class DockerMachineShape
{
    /// <summary><c>[[runners.machine.autoscaling]]</c>.</summary>
    public static readonly ConfigShape Autoscaling = new(
    [
        ConfigKey.TextList("Periods").KeptWhenEmpty(),
        ConfigKey.Text("Timezone").Written(),
        ConfigKey.Number("IdleCount").Written(),
        ConfigKey.Fraction("IdleScaleFactor").Written(),
        ConfigKey.Number("IdleCountMin").Written(),
        ConfigKey.Number("IdleTime").Written(),
    ]);

    /// <summary><c>[runners.machine]</c>.</summary>
    public static readonly ConfigShape Machine = new(
    [
        ConfigKey.Number("MaxGrowthRate").Flag("--machine-max-growth-rate", "MACHINE_MAX_GROWTH_RATE"),
        ConfigKey.Number("IdleCount").Written().Flag("--machine-idle-nodes", "MACHINE_IDLE_COUNT"),
        ConfigKey.Fraction("IdleScaleFactor").Written().Flag("--machine-idle-scale-factor", "MACHINE_IDLE_SCALE_FACTOR"),
        ConfigKey.Number("IdleCountMin").Written().Flag("--machine-idle-count-min", "MACHINE_IDLE_COUNT_MIN"),
        ConfigKey.Number("IdleTime").Flag("--machine-idle-time", "MACHINE_IDLE_TIME"),
        ConfigKey.Number("MaxBuilds").Flag("--machine-max-builds", "MACHINE_MAX_BUILDS"),
        ConfigKey.Text("MachineDriver").Written().Flag("--machine-machine-driver", "MACHINE_DRIVER"),
        ConfigKey.Text("MachineName").Written().Flag("--machine-machine-name", "MACHINE_NAME"),
        ConfigKey.TextList("MachineOptions").KeptWhenEmpty().Flag("--machine-machine-options", "MACHINE_OPTIONS"),
        ConfigKey.TextList("MachineOptionsWithName").KeptWhenEmpty().Flag("--machine-machine-options-with-name", "MACHINE_OPTIONS_WITH_NAME"),
        ConfigKey.Number("MaxRemovalAttempts").Flag("--machine-max-removal-attempts", "MACHINE_MAX_REMOVAL_ATTEMPTS"),
        ConfigKey.TextList("OffPeakPeriods"),
        ConfigKey.Text("OffPeakTimezone"),
        ConfigKey.Number("OffPeakIdleCount"),
        ConfigKey.Number("OffPeakIdleTime"),
        ConfigKey.Tables("autoscaling", Autoscaling).KeptWhenEmpty(),
    ]);
}
