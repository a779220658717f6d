using System.Globalization;
using System.Text.Json;
using Gantry.Conformance.Tests.Runner;
using Gantry.Executors;
using Gantry.Executors.Machines;
using Gantry.Runner.Configuration;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Machines;

/// <summary>docker-machine.json, and of autoscaling-schedules.json what is about machines.</summary>
public sealed class MachineTables
{
    [Fact]
    [Tables("docker-machine", "idle", "on-demand", "remove")]
    public Task Machines_are_made_and_given_up_as_officially() => RunnerCases.Run(34, one =>
    {
        var (rules, counts) = (RulesOf(one.Input.GetProperty("config")), CountsOf(one.Input.GetProperty("machines")));
        switch (one.In("rule"))
        {
            case "can-create-idle":
                Assert.Equal(one.Expected.GetBoolean(), rules.CanCreateIdle(counts));
                break;
            case "can-create-on-demand":
                Assert.Equal(one.Expected.GetBoolean(), rules.CanCreateOnDemand(counts));
                break;
            default:
                var machine = one.Input.GetProperty("machine");
                var reason = rules.ReasonToRemove(
                    Enum.Parse<MachineState>(machine.Text("state")!, ignoreCase: true), (int)Number(machine, "builds"),
                    TimeSpan.FromSeconds(-Number(machine, "last_used_s")), counts);
                Assert.Equal(one.Expected.GetString(), reason ?? "don't remote");
                break;
        }
    });

    [Fact]
    [Tables("docker-machine", "target-labels")]
    public Task Labels_come_from_Googles_machines() => RunnerCases.Run(4, one =>
    {
        var inspect = one.Input.GetProperty("inspect");
        var labels = MachineLabels.Of(inspect.Text("DriverName") ?? "", inspect.Text("Zone") ?? "", inspect.Text("Project") ?? "", inspect.Text("MachineType") ?? "");
        Assert.Equal(
            new MachineLabels(one.Expected.Text("zone")!, one.Expected.Text("region")!, one.Expected.Text("project")!, one.Expected.Text("machine_type")!), labels);
    });

    [Fact]
    [Tables("autoscaling-schedules", "local", "zone", "berlin")]
    public Task Periods_hold_at_their_times() => RunnerCases.Run(9, one =>
    {
        if (one.Expects("error"))
        {
            Assert.Throws<FormatException>(() => TimePeriods.Parse(one.Input.Texts("periods"), one.In("timezone")));
            return;
        }

        Assert.Equal(one.Expected.GetProperty("in_period").GetBoolean(), TimePeriods.Parse(one.Input.Texts("periods"), one.In("timezone")).Covers(Now(one)));
    });

    [Fact]
    [Tables("autoscaling-schedules", "machine")]
    public Task The_last_period_that_holds_counts() => RunnerCases.Run(6, one =>
    {
        var document = ConfigReader.Parse("[[runners]]\n[runners.machine]\n" + Toml(one.Input.GetProperty("machine")), "f");
        Assert.Empty(ConfigRules.Check(document));

        var idle = MachineSettingsReader.Read(document.Table.Tables("runners")[0].Table("machine")).IdleAt(Now(one));

        Assert.Equal((Number(one.Expected, "idle_count"), Number(one.Expected, "idle_time")), (idle.Count, idle.Time.TotalSeconds));
    });

    [Theory]
    [InlineData("* * 9-17 * * mon-fri *", "2026-11-27T10:00:00Z", true)]
    [InlineData("* * 9-17 * * mon-fri *", "2026-11-28T10:00:00Z", false)]
    [InlineData("* * 9-17 * * mon-fri 2027-2030/2", "2026-11-27T10:00:00Z", false)]
    [InlineData("* * 9-17 * * mon-fri 2026-2030/2", "2026-11-27T10:00:00Z", true)]
    [InlineData("* * * 1 * sat *", "2026-11-28T10:00:00Z", true)]
    [InlineData("* * * 1 * sat *", "2026-12-01T10:00:00Z", true)]
    [InlineData("* * * 1 * sat *", "2026-12-02T10:00:00Z", false)]
    [InlineData("5 10 * * *", "2026-11-28T10:04:59Z", true)]
    [InlineData("5 10 * * *", "2026-11-28T10:05:00Z", false)]
    public void Cron_fields_are_read_as_officially(string period, string now, bool holds) =>
        Assert.Equal(holds, TimePeriods.Parse([period], "UTC").Covers(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)));

    [Fact]
    public void A_period_or_zone_that_cannot_be_read_stops_the_file_with_its_line()
    {
        var document = ConfigReader.Parse(
            "[[runners]]\nname = \"big\"\n[[runners.machine.autoscaling]]\nPeriods = [\"* * 25 * * * *\"]\n"
            + "[[runners.machine.autoscaling]]\nPeriods = [\"* * 1 * * * soon\"]\n[[runners.machine.autoscaling]]\nPeriods = [\"* * * * * * *\"]\nTimezone = \"Berlin\"\n", "f");

        var problems = ConfigRules.Check(document).ConvertAll(problem => problem.ToString());

        Assert.Equal(3, problems.Count);
        Assert.Contains("f:4", problems[0], StringComparison.Ordinal);
        Assert.Contains("\"* * 25 * * * *\" is no period", problems[0], StringComparison.Ordinal);
        Assert.Contains("\"soon\" is no year", problems[1], StringComparison.Ordinal);
        Assert.Contains("there is no time zone \"Berlin\"", problems[2], StringComparison.Ordinal);
    }

    private static DateTimeOffset Now(RunnerCase one) =>
        DateTimeOffset.Parse(one.In("now"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal);

    private static IdleRules RulesOf(JsonElement config) => new()
    {
        Limit = (int)Number(config, "limit"),
        MaxGrowthRate = (int)Number(config, "max_growth_rate"),
        MaxBuilds = (int)Number(config, "max_builds"),
        Idle = new IdleTarget
        {
            Count = (int)Number(config, "idle_count"),
            CountMin = (int)Number(config, "idle_count_min"),
            ScaleFactor = Number(config, "idle_scale_factor"),
            Time = TimeSpan.FromSeconds(Number(config, "idle_time_s")),
        },
    };

    private static MachineCounts CountsOf(JsonElement machines) =>
        new(Acquired: 0, (int)Number(machines, "creating"), (int)Number(machines, "idle"), (int)Number(machines, "used"), Removing: 0);

    private static double Number(JsonElement element, string name) => element.Member(name)?.GetDouble() ?? 0;

    private static string Toml(JsonElement table) => string.Concat(table.EnumerateObject()
        .OrderBy(p => p.Name == "autoscaling")
        .Select(p => p.Name == "autoscaling"
            ? string.Concat(p.Value.EnumerateArray().Select(one => "[[runners.machine.autoscaling]]\n" + Toml(one)))
            : $"{p.Name} = {p.Value.GetRawText()}\n"));
}
