using System.Text;
using Gantry.Executors.Machines;

namespace Gantry.Runner.Metrics;

/// <summary>The official metrics of docker+machine. Thread-safe.</summary>
internal sealed class AutoscalingMetrics : IMachineMeter
{
    private const string Prefix = "gitlab_runner_autoscaling_";
    private const string Executor = "docker+machine";
    private static readonly string[] Target = ["target_zone", "target_region", "target_project", "target_machine_type"];
    private static readonly string[] States = ["acquired", "creating", "idle", "used", "removing", "stuck-on-removing"];
    private static readonly double[] Growing = [.. Enumerable.Range(0, 10).Select(n => 30 * Math.Pow(1.25, n))];
    private static readonly double[] Short = [1, 3, 5, 10, 30, 50, 60, 80, 90, 120];

    private readonly MetricFamily _actions = new(Prefix + "actions_total", "counter", "The total number of actions executed by the provider", ["executor", "action", .. Target]);
    private readonly MetricFamily _states = new(Prefix + "machine_states", "gauge", "The current number of machines per state in this provider", ["executor", "state", .. Target]);
    private readonly Dictionary<MachineCall, HistogramFamily> _calls = new()
    {
        [MachineCall.Creation] = new(Prefix + "machine_creation_duration_seconds", "Time machines took to be made", Growing, "executor"),
        [MachineCall.FailedCreation] = new(Prefix + "machine_failed_creation_duration_seconds", "Time failed creations took", Short, "executor"),
        [MachineCall.Stopping] = new(Prefix + "machine_stopping_duration_seconds", "Time machines took to stop", Short, "executor"),
        [MachineCall.Removal] = new(Prefix + "machine_removal_duration_seconds", "Time machines took to be removed", Short, "executor"),
    };

    public void Happened(MachineAction action, MachineLabels labels) => _actions.Add(1, [Executor, NameOf(action), .. Texts(labels)]);

    public void Took(MachineCall call, TimeSpan duration) => _calls[call].Observe(duration.TotalSeconds, Executor);

    /// <param name="text">Gets them.</param>
    /// <param name="now">Machines of this moment; null: the process has no such executor.</param>
    public void Render(StringBuilder text, IReadOnlyList<MachineGroup>? now)
    {
        if (now is null)
        {
            return;
        }

        _states.Clear();
        foreach (var labels in now.Select(group => group.Labels).DefaultIfEmpty(MachineLabels.None).Distinct())
        {
            foreach (var state in States)
            {
                _states.Set(now.Where(group => group.State == state && group.Labels == labels).Sum(group => group.Count), [Executor, state, .. Texts(labels)]);
            }
        }

        _actions.Render(text);
        _states.Render(text);
        foreach (var call in _calls.Values)
        {
            call.Render(text);
        }
    }

    private static string NameOf(MachineAction action) => action switch
    {
        MachineAction.Created => "created",
        MachineAction.CreationFailed => "creation-failed",
        MachineAction.Used => "used",
        _ => "removed",
    };

    private static string[] Texts(MachineLabels labels) => [labels.Zone, labels.Region, labels.Project, labels.Type];
}
