using System.Globalization;
using System.Text.Json;
using Gantry.Conformance.Tests.Runner;
using Gantry.Executors.Autoscaling;
using Gantry.Runner.Configuration;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Autoscaling;

/// <summary>autoscaler.json, and of config-rules.json what is about autoscalers.</summary>
public sealed class AutoscalerTables
{
    [Fact]
    [Tables("autoscaler", "slot-cgroup")]
    public Task Control_groups_are_named_after_the_place() => RunnerCases.Run(4, one =>
    {
        var template = one.Input.GetProperty("use_slot_cgroups").GetBoolean() ? one.In("slot_cgroup_template") : null;
        Assert.Equal(one.Expected.Text("GITLAB_RUNNER_SLOT_CGROUP"), SlotCgroup.Of(template, one.Input.GetProperty("slot").GetInt32()));
    });

    [Fact]
    [Tables("config-rules", "preemptive")]
    public Task Idle_places_make_a_policy_preemptive_unless_it_says_otherwise() => RunnerCases.Run(4, one =>
    {
        var preemptive = one.Input.Member("preemptive_mode") is { ValueKind: JsonValueKind.True or JsonValueKind.False } given
            ? $"preemptive_mode = {(given.GetBoolean() ? "true" : "false")}\n"
            : "";
        var settings = Read($"[[runners.autoscaler.policy]]\nidle_count = {one.Input.GetProperty("idle_count").GetInt32()}\n{preemptive}");

        Assert.Equal(one.Expected.GetProperty("enabled").GetBoolean(), settings.PolicyAt(DateTimeOffset.UnixEpoch).IsPreemptive);
    });

    [Theory]
    [InlineData("2026-11-27T10:00:30Z", 7)]
    [InlineData("2026-11-27T17:59:59Z", 7)]
    [InlineData("2026-11-27T18:00:00Z", 1)]
    [InlineData("2026-11-28T10:00:30Z", 1)]
    public void Of_the_policies_that_hold_the_last_counts_and_fields_of_minutes_mean_whole_minutes(string now, int idle)
    {
        var settings = Read("""
            [[runners.autoscaler.policy]]
            idle_count = 1
            [[runners.autoscaler.policy]]
            periods = ["* 9-17 * * mon-fri"]
            timezone = "UTC"
            idle_count = 7
            """);

        Assert.Equal(idle, settings.PolicyAt(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)).IdleCount);
    }

    [Fact]
    public void Keys_have_their_official_defaults_and_are_read_where_they_stand()
    {
        var usual = Read("[runners.autoscaler]\nplugin = \"static\"\n");
        Assert.Equal(
            (1, 0, 0, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(2)),
            (usual.Capacity, usual.MaxUses, usual.MaxInstances, usual.AcquireTimeout, usual.UpdateInterval, usual.ExpectingInterval));
        Assert.Equal(
            (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), 3, 3, 100, true),
            (usual.DeletionRetry, usual.ShutdownInterval, usual.ShutdownTries, usual.FailureThreshold, usual.Throttle.Limit, usual.ThrottlesReservations));

        var given = Read("""
            [runners.autoscaler]
            capacity_per_instance = 4
            max_use_count = 10
            max_instances = 20
            instance_ready_command = "cloud-init status --wait"
            instance_acquire_timeout = "5m"
            reservation_throttling = false
            delete_instances_on_shutdown = true
            [runners.autoscaler.scale_throttle]
            limit = -1
            [runners.autoscaler.connector_config]
            username = "ci"
            use_external_addr = true
            timeout = "90s"
            [runners.autoscaler.state_storage]
            enabled = true
            dir = "/var/lib/state"
            """);
        Assert.Equal((4, 10, 20, "cloud-init status --wait", TimeSpan.FromMinutes(5)), (given.Capacity, given.MaxUses, given.MaxInstances, given.ReadyCommand, given.AcquireTimeout));
        Assert.Equal((false, true, -1), (given.ThrottlesReservations, given.DeletesOnShutdown, given.Throttle.Limit));
        Assert.Equal(("ci", true, TimeSpan.FromSeconds(90)), (given.Connector.User, given.Connector.PrefersExternalAddress, given.Connector.Timeout));
        Assert.Equal((true, "/var/lib/state", false), (given.State.IsEnabled, given.State.Folder, given.State.KeepsOccupied));
    }

    [Fact]
    public void A_period_that_cannot_be_read_stops_the_file_with_its_line()
    {
        var document = ConfigReader.Parse("[[runners]]\nname = \"big\"\n[[runners.autoscaler.policy]]\nperiods = [\"* 25 * * *\"]\n", "f");

        Assert.Contains("f:4", Assert.Single(ConfigRules.Check(document)).ToString(), StringComparison.Ordinal);
    }

    private static ScalerSettings Read(string text)
    {
        var document = ConfigReader.Parse("[[runners]]\n" + text, "f");
        Assert.Empty(ConfigRules.Check(document));
        return AutoscalerSettingsReader.Read(document.Table.Tables("runners")[0].Table("autoscaler"), home: "/home/runner");
    }
}
