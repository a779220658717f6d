using Gantry.Pipelines.Model;
using Gantry.Pipelines.States;

namespace Gantry.Pipelines.Tests.States;

/// <summary>A pipeline that events are thrown at.</summary>
internal sealed class Board
{
    public Board(params JobState[] jobs)
        : this(new PipelineState { Jobs = jobs })
    {
    }

    public Board(PipelineState state)
    {
        State = state;
        Happen(new PipelineEvent.Begun());
    }

    public PipelineState State { get; private set; }

    public List<JobChange> Changes { get; } = [];

    public JobStatus this[string name] => State.Jobs.Single(job => job.Name == name).Status;

    public static JobState Job(string name, int stage, JobWhen when = JobWhen.OnSuccess, bool mayFail = false, params string[]? needs) => new()
    {
        Name = name,
        StageIndex = stage,
        When = when,
        AllowFailure = mayFail,
        IsDag = needs is { Length: > 0 },
        Needs = needs ?? [],
    };

    public Board Happen(params PipelineEvent[] events)
    {
        foreach (var happened in events)
        {
            var step = PipelineProgress.Apply(State, happened);
            State = step.State;
            Changes.AddRange(step.Changes);
        }

        return this;
    }

    public Board Run(string name) => Happen(new PipelineEvent.JobStarted(name), new PipelineEvent.JobSucceeded(name));

    public Board Fail(string name, int exitCode = 1) => Happen(new PipelineEvent.JobStarted(name), new PipelineEvent.JobFailed(name, "script_failure", exitCode));
}
