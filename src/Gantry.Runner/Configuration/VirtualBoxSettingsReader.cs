using Gantry.Executors.VirtualMachines.VirtualBox;

namespace Gantry.Runner.Configuration;

/// <summary>From <c>[runners.virtualbox]</c> and <c>[runners.ssh]</c> to the settings of the virtualbox executor.</summary>
public static class VirtualBoxSettingsReader
{
    /// <param name="entry">The runner.</param>
    /// <param name="home">Of the runner's user, where ssh keeps its own files.</param>
    public static VirtualBoxSettings Read(RunnerEntry entry, string home) => Read(entry.Table, home);

    internal static VirtualBoxSettings Read(ConfigTable runner, string home)
    {
        var table = runner.Table("virtualbox");
        var settings = new VirtualBoxSettings { IsConfigured = table is not null, Ssh = SshSettingsReader.Read(runner.Table("ssh"), home) };
        return table is null ? settings : settings with
        {
            BaseName = table.Text("base_name"),
            BaseSnapshot = table.Text("base_snapshot"),
            BaseFolder = table.Text("base_folder"),
            DisableSnapshots = table.Boolean("disable_snapshots"),
            AllowedImages = table.TextList("allowed_images"),
            StartType = table.Text("start_type") is { Length: > 0 } type ? type : settings.StartType,
        };
    }
}
