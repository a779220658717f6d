using System.Text;
using Gantry.Executors.Machines;
using Gantry.Runner.Metrics;

namespace Gantry.Runner.Tests.Metrics;

public sealed class AutoscalingMetricsTests
{
    private static readonly MachineLabels Belgium = new("europe-west1-b", "europe-west1", "shop", "n2");

    [Fact]
    public void Machines_are_counted_by_what_they_do_and_where_they_are()
    {
        var metrics = new AutoscalingMetrics();
        metrics.Happened(MachineAction.Created, Belgium);
        metrics.Happened(MachineAction.CreationFailed, MachineLabels.None);
        metrics.Took(MachineCall.Creation, TimeSpan.FromSeconds(40));

        var text = Rendered(metrics, [new MachineGroup("idle", Belgium, 2), new MachineGroup("stuck-on-removing", Belgium, 1)]);

        const string Place = "target_zone=\"europe-west1-b\",target_region=\"europe-west1\",target_project=\"shop\",target_machine_type=\"n2\"";
        const string NoPlace = "target_zone=\"\",target_region=\"\",target_project=\"\",target_machine_type=\"\"";
        Assert.Contains($"gitlab_runner_autoscaling_actions_total{{executor=\"docker+machine\",action=\"created\",{Place}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"gitlab_runner_autoscaling_actions_total{{executor=\"docker+machine\",action=\"creation-failed\",{NoPlace}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"gitlab_runner_autoscaling_machine_states{{executor=\"docker+machine\",state=\"idle\",{Place}}} 2\n", text, StringComparison.Ordinal);
        Assert.Contains($"gitlab_runner_autoscaling_machine_states{{executor=\"docker+machine\",state=\"used\",{Place}}} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("gitlab_runner_autoscaling_machine_creation_duration_seconds_bucket{executor=\"docker+machine\",le=\"37.5\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("gitlab_runner_autoscaling_machine_creation_duration_seconds_bucket{executor=\"docker+machine\",le=\"46.875\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_machines_there_are_zeros_and_without_the_executor_nothing()
    {
        var zeros = Rendered(new AutoscalingMetrics(), []);
        Assert.Equal(6, zeros.Split('\n').Count(line => line.StartsWith("gitlab_runner_autoscaling_machine_states{", StringComparison.Ordinal) && line.EndsWith(" 0", StringComparison.Ordinal)));
        Assert.Equal("", Rendered(new AutoscalingMetrics(), null));
    }

    private static string Rendered(AutoscalingMetrics metrics, IReadOnlyList<MachineGroup>? now)
    {
        var text = new StringBuilder();
        metrics.Render(text, now);
        return text.ToString();
    }
}
