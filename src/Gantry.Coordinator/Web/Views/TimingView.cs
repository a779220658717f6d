using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Graphs;

namespace Gantry.Coordinator.Web.Views;

/// <summary>When the jobs of a pipeline waited and ran.</summary>
internal sealed record TimingView
{
    public TimingView(PageScope scope, ProjectRow project, IEnumerable<JobRow> jobs)
    {
        Scope = scope;
        Project = project;
        Jobs = [.. jobs.Where(job => job.StartedAt is not null).OrderBy(job => job.QueuedAt ?? job.StartedAt).ThenBy(job => job.StartedAt).ThenBy(job => job.Id)];
        Scale = new TimeScale(Jobs.Select(job => (job.QueuedAt ?? job.StartedAt!.Value, job.FinishedAt ?? scope.Now)));
    }

    public PageScope Scope { get; }

    public ProjectRow Project { get; }

    /// <summary>All attempts that ran, by the time they began to wait.</summary>
    public IReadOnlyList<JobRow> Jobs { get; }

    public TimeScale Scale { get; }

    /// <summary>A place as an attribute of a bar.</summary>
    public static string Percent(double place) => place.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture) + "%";

    /// <summary>Width of a bar; never so narrow that it cannot be seen.</summary>
    public static string Wide(double from, double to) => Percent(Math.Max(0.4, to - from));
}
