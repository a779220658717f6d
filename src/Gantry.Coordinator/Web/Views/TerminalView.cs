using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>A terminal in a running job.</summary>
/// <param name="Scope">The visitor's.</param>
/// <param name="Project">The job's.</param>
/// <param name="Job">A running job whose runner offers terminals.</param>
internal sealed record TerminalView(PageScope Scope, ProjectRow Project, JobRow Job)
{
    public string Address => WebPath.Job(Project, Job.Id);
}
