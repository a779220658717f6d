using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.States;

/// <summary>The latest attempts of all jobs of one pipeline, and what the workflow says about canceling.</summary>
public sealed record PipelineState
{
    /// <summary>In any order; names are unique.</summary>
    public required IReadOnlyList<JobState> Jobs { get; init; }

    public OnNewCommit OnNewCommit { get; init; }

    public bool OnJobFailureCancelAll { get; init; }

    /// <summary>Of all jobs together.</summary>
    public JobStatus Status => CompositeStatus.Of(Jobs);

    /// <summary>Of each stage that has jobs.</summary>
    public IReadOnlyDictionary<int, JobStatus> Stages =>
        Jobs.GroupBy(job => job.StageIndex).ToDictionary(stage => stage.Key, CompositeStatus.Of);

    /// <summary>Successful, but something failed that was allowed to.</summary>
    public bool HasWarnings => Jobs.Any(job => job.AllowFailure && job.Status is (JobStatus.Failed or JobStatus.Canceled));

    public static PipelineState Of(PipelineModel pipeline) => new()
    {
        Jobs = [.. pipeline.Jobs.Select(JobState.Of)],
        OnNewCommit = pipeline.AutoCancel.OnNewCommit,
        OnJobFailureCancelAll = pipeline.AutoCancel.OnJobFailureCancelAll,
    };
}
