using Gantry.Executors.Machines;
using Gantry.Runner.Configuration;
using Gantry.Runner.Configuration.Shapes;

namespace Gantry.Runner.Tests.Configuration;

/// <summary>From keys of <c>[runners.machine]</c> and <c>[machine.shutdown_drain]</c> to what the executor goes by.</summary>
public sealed class MachineSettingsTests
{
    private const string Good = "MachineDriver = \"google\"\nMachineName = \"auto-%s\"\n";

    /// <summary>Each key, a value, and what comes of it.</summary>
    private static readonly (string Key, string Value, Func<MachineSettings, object?> Read, object Expected)[] Machine =
    [
        ("MaxGrowthRate", "3", s => s.MaxGrowthRate, 3),
        ("IdleCount", "4", s => s.Idle.Count, 4),
        ("IdleScaleFactor", "1.5", s => s.Idle.ScaleFactor, 1.5),
        ("IdleCountMin", "2", s => s.Idle.CountMin, 2),
        ("IdleTime", "600", s => s.Idle.Time, TimeSpan.FromMinutes(10)),
        ("MaxBuilds", "7", s => s.MaxBuilds, 7),
        ("MachineDriver", "\"amazonec2\"", s => s.Driver, "amazonec2"),
        ("MachineName", "\"ci-%s\"", s => s.NameTemplate, "ci-%s"),
        ("MachineOptions", "[\"a=1\", \"b\"]", s => string.Join('|', s.Options), "a=1|b"),
        ("MachineOptionsWithName", "[\"tag=%s\"]", s => string.Join('|', s.OptionsWithName), "tag=%s"),
        ("MaxRemovalAttempts", "5", s => s.MaxRemovalAttempts, 5),
        ("autoscaling", "[{ Periods = [\"* * * * * * *\"], IdleCount = 9 }]", s => s.IdleAt(DateTimeOffset.UnixEpoch).Count, 9),
    ];

    private static readonly (string Key, string Value, Func<IdleTarget, object?> Read, object Expected)[] Autoscaling =
    [
        ("Periods", "[\"* * * * * * *\"]", s => s.Count, 5),
        ("Timezone", "\"Europe/Berlin\"", s => s.Count, 5),
        ("IdleCount", "6", s => s.Count, 6),
        ("IdleScaleFactor", "2", s => s.ScaleFactor, 2.0),
        ("IdleCountMin", "3", s => s.CountMin, 3),
        ("IdleTime", "30", s => s.Time, TimeSpan.FromSeconds(30)),
    ];

    private static readonly (string Key, string Value, Func<MachineDrain, object?> Read, object Expected)[] Drain =
    [
        ("enabled", "true", d => d.IsEnabled, true),
        ("concurrency", "8", d => d.Concurrency, 8),
        ("max_retries", "6", d => d.Tries, 6),
        ("retry_backoff", "\"9s\"", d => d.Backoff, TimeSpan.FromSeconds(9)),
    ];

    [Fact]
    public void Every_key_of_machines_reaches_the_executor()
    {
        // Those of old do nothing, and the load says so.
        Assert.Equal(DockerMachineShape.Machine.Keys.Select(key => key.Name).Where(name => !name.StartsWith("OffPeak", StringComparison.Ordinal)), Machine.Select(row => row.Key));
        foreach (var (key, value, read, expected) in Machine)
        {
            Assert.Equal(expected, read(Of($"{key} = {value}\n")));
        }

        Assert.Equal(DockerMachineShape.Autoscaling.Keys.Select(key => key.Name), Autoscaling.Select(row => row.Key));
        foreach (var (key, value, read, expected) in Autoscaling)
        {
            var rest = (key == "Periods" ? "" : "Periods = [\"* * * * * * *\"]\n") + (key == "IdleCount" ? "" : "IdleCount = 5\n");
            Assert.Equal(expected, read(Of($"[[runners.machine.autoscaling]]\n{rest}{key} = {value}\n").IdleAt(DateTimeOffset.UnixEpoch)));
        }

        Assert.Equal(GlobalShape.ShutdownDrain.Keys.Select(key => key.Name), Drain.Select(row => row.Key));
        foreach (var (key, value, read, expected) in Drain)
        {
            Assert.Equal(expected, read(Load($"[machine.shutdown_drain]\n{key} = {value}\n").MachineDrain));
        }
    }

    [Fact]
    public void Unset_keys_have_the_official_defaults()
    {
        Assert.Equal((0, 0, 30), (Of("").MaxBuilds, Of("").MaxGrowthRate, Of("MaxRemovalAttempts = 0\n").MaxRemovalAttempts));
        Assert.Equal(new MachineDrain { IsEnabled = false, Concurrency = 3, Tries = 3, Backoff = TimeSpan.FromSeconds(5) }, Load("").MachineDrain);
        Assert.Equal(
            new MachineDrain { IsEnabled = true },
            Load("[machine.shutdown_drain]\nenabled = true\nconcurrency = 0\nmax_retries = -1\nretry_backoff = \"0s\"\n").MachineDrain);
    }

    [Fact]
    public void What_an_entry_with_machines_lacks_is_named_when_the_file_is_loaded()
    {
        const string Entry = "[[runners]]\nname = \"m\"\nurl = \"https://gitlab.example.com\"\ntoken = \"t\"\nexecutor = \"docker+machine\"\n";

        Assert.Contains(
            "Runner \"m\" (entry 1): runners.machine is missing: MachineDriver and MachineName are needed; no jobs are asked for",
            LoadWarnings.Of(Load(Entry)));
        var warnings = LoadWarnings.Of(Load(Entry + "[runners.machine]\nMachineName = \"auto\"\nOffPeakPeriods = [\"* * * * * * *\"]\n")).ToList();
        Assert.Contains(warnings, warning => warning.StartsWith("Runner \"m\" (entry 1): runners.machine.MachineDriver is not set", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.StartsWith("Runner \"m\" (entry 1): runners.machine.MachineName \"auto\" must contain %s once", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.Contains("OffPeakPeriods", StringComparison.Ordinal));
        Assert.Empty(LoadWarnings.Of(Load(Entry + "[runners.machine]\n" + Good)));
        var none = Entry + "[runners.machine]\nMachineDriver = \"none\"\nMachineName = \"auto-%s\"\n";
        Assert.Empty(LoadWarnings.Of(Load(none)));
        Assert.Contains(
            LoadWarnings.Of(Load(none.Replace("docker+", "docker-ssh+", StringComparison.Ordinal))),
            warning => warning.StartsWith("Runner \"m\" (entry 1): runners.machine.MachineDriver = \"none\": docker-machine has no ssh access to such machines", StringComparison.Ordinal));
        Assert.Empty(LoadWarnings.Of(Load(Entry.Replace("+machine", "", StringComparison.Ordinal))));
    }

    private static MachineSettings Of(string keys) => MachineSettingsReader.Read(Load("[[runners]]\n[runners.machine]\n" + keys).Runners[0]);

    private static RunnerDaemonSettings Load(string toml) => SettingsReader.Build(ConfigReader.Parse(toml, "f"), "s_0123456789ab", Some.Context());
}
