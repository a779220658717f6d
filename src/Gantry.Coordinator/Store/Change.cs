namespace Gantry.Coordinator.Store;

/// <summary>
/// Something committed changed; the reader looks up what. Zero means "not about one": a change without a job is about the
/// pipeline, one without a project is about everything (sent when a reader was too slow and missed some).
/// </summary>
internal readonly record struct Change(long ProjectId, long PipelineId, long JobId)
{
    public static readonly Change Everything;

    /// <summary>A job became ready for a runner.</summary>
    public bool Queued { get; init; }

    /// <summary>A trigger job became ready to start its pipeline.</summary>
    public bool Triggers { get; init; }

    /// <summary>A runner, its machines or the projects it serves: whoever remembers runners forgets them.</summary>
    public bool Runners { get; init; }

    public static Change OfRunners { get; } = new(0, 0, 0) { Runners = true };

    public static Change OfPipeline(PipelineRow pipeline) => new(pipeline.ProjectId, pipeline.Id, 0);

    public static Change OfJob(JobRow job) => new(job.ProjectId, job.PipelineId, job.Id)
    {
        Queued = job is { Status: CiStatus.Pending, AssignedAt: null, Kind: "build" },
        Triggers = job is { Status: CiStatus.Pending, DownstreamPipelineId: null, Kind: "bridge" },
    };
}
