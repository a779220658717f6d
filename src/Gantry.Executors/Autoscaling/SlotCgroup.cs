using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Autoscaling;

/// <summary><c>use_slot_cgroups</c>: a job's control group by the number of its place (official-executors §1.5).</summary>
public static class SlotCgroup
{
    /// <summary>What it is called without <c>slot_cgroup_template</c>.</summary>
    public const string StandardTemplate = "gitlab-runner/slot-${slot}";

    private const string Variable = "GITLAB_RUNNER_SLOT_CGROUP";

    /// <param name="template">Null: no control groups. Of names only <c>slot</c> is known, others become nothing.</param>
    /// <param name="slot">Below 0: there is none.</param>
    public static string? Of(string? template, int slot) => template is null || slot < 0 ? null
        : VariableExpansion.Expand(
            template.Length > 0 ? template : StandardTemplate,
            name => name == "slot" ? slot.ToString(System.Globalization.CultureInfo.InvariantCulture) : "");

    /// <summary>The job is told.</summary>
    internal static JobPlan Tell(JobPlan plan, string? cgroup) => cgroup is null ? plan : plan with
    {
        Variables = plan.Variables.With(new JobVariable { Key = Variable, Value = cgroup, Public = true, Raw = true }),
    };
}
