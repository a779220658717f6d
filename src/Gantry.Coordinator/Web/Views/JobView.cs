using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>A job's page.</summary>
internal sealed record JobView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required JobRow Job { get; init; }

    public required PipelineRow Pipeline { get; init; }

    public required string Starter { get; init; }

    public RunnerRow? Runner { get; init; }

    /// <summary>The newest attempts of the stage, and the other attempts of this job.</summary>
    public required IReadOnlyList<JobRow> StageJobs { get; init; }

    public required IReadOnlyList<JobRow> Attempts { get; init; }

    public required IReadOnlyList<JobArtifactRow> Artifacts { get; init; }

    public required bool HasLog { get; init; }

    /// <summary>For a pending job: what each runner that serves the project says.</summary>
    public IReadOnlyList<RunnerAnswer> Answers { get; init; } = [];

    /// <summary>The visitor may open a terminal in it now.</summary>
    public required bool HasTerminal { get; init; }

    public string Address => WebPath.Job(Project, Job.Id);

    public bool IsStuck => Answers.All(answer => answer.Why is not null);

    public bool IsLive => CiStatus.IsExecuting(Job.Status);
}

/// <param name="Runner">A runner.</param>
/// <param name="Why">Why it does not take the job; null when it would.</param>
internal sealed record RunnerAnswer(RunnerRow Runner, Refusal? Why);
