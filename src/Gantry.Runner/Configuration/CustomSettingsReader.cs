using Gantry.Executors.Custom;

namespace Gantry.Runner.Configuration;

/// <summary>From <c>[runners.custom]</c> to the custom executor's settings.</summary>
public static class CustomSettingsReader
{
    private static readonly TimeSpan Standard = TimeSpan.FromHours(1);

    public static CustomSettings Read(RunnerEntry entry) => Read(entry.Table.Table("custom"));

    internal static CustomSettings Read(ConfigTable? custom) => custom is null ? new CustomSettings() : new CustomSettings
    {
        IsConfigured = true,
        Config = Program(custom, "config"),
        Prepare = Program(custom, "prepare"),
        Run = Program(custom, "run"),
        Cleanup = Program(custom, "cleanup"),
    };

    private static DriverProgram Program(ConfigTable custom, string name) => new(name + "_exec")
    {
        FileName = custom.Text(name + "_exec"),
        Arguments = custom.TextList(name + "_args"),
        Limit = name != "run" && custom.OptionalNumber(name + "_exec_timeout") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : Standard,
    };
}
