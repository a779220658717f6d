using Gantry.Executors.VirtualMachines.Parallels;

namespace Gantry.Runner.Configuration;

/// <summary>From <c>[runners.parallels]</c> and <c>[runners.ssh]</c> to the settings of the parallels executor.</summary>
public static class ParallelsSettingsReader
{
    /// <param name="entry">The runner.</param>
    /// <param name="home">Of the runner's user, where ssh keeps its own files.</param>
    public static ParallelsSettings Read(RunnerEntry entry, string home) => Read(entry.Table, home);

    internal static ParallelsSettings Read(ConfigTable runner, string home)
    {
        var table = runner.Table("parallels");
        var settings = new ParallelsSettings { IsConfigured = table is not null, Ssh = SshSettingsReader.Read(runner.Table("ssh"), home) };
        return table is null ? settings : settings with
        {
            BaseName = table.Text("base_name"),
            TemplateName = table.Text("template_name"),
            DisableSnapshots = table.Boolean("disable_snapshots"),
            TimeServer = table.Text("time_server") is { Length: > 0 } server ? server : settings.TimeServer,
            AllowedImages = table.TextList("allowed_images"),
        };
    }
}
