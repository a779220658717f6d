using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.States;

/// <summary>The jobs of a pipeline while one event is worked in. Remembers what changed.</summary>
internal sealed class JobBoard
{
    private readonly PipelineState _before;
    private readonly Dictionary<string, JobState> _jobs;
    private readonly List<JobState> _replaced = [];
    private readonly List<string> _touched = [];

    public JobBoard(PipelineState state)
    {
        _before = state;
        _jobs = state.Jobs.ToDictionary(job => job.Name, StringComparer.Ordinal);
    }

    public PipelineState Before => _before;

    public IEnumerable<JobState> Jobs => _jobs.Values;

    public JobState? Find(string name) => _jobs.GetValueOrDefault(name);

    public void Put(JobState job)
    {
        _jobs[job.Name] = job;
        _touched.Add(job.Name);
    }

    /// <summary>False when there is no such job or its status does not allow it.</summary>
    public bool Move(string name, JobStatus to, Func<JobStatus, bool> from)
    {
        if (Find(name) is not { } job || !from(job.Status))
        {
            return false;
        }

        Put(job with { Status = to });
        return true;
    }

    public bool Enqueue(string name, Func<JobStatus, bool> from) =>
        Find(name) is { } job && Move(name, job.HasResourceGroup ? JobStatus.WaitingForResource : JobStatus.Pending, from);

    /// <summary>Puts a new attempt in the place of a finished one.</summary>
    public void Replace(JobState old)
    {
        _replaced.Add(old with { IsRetried = true });
        Put(old with
        {
            Attempt = old.Attempt + 1,
            Status = JobStatus.Created,
            FailureReason = null,
            ExitCode = null,
            AllowFailure = old.AllowFailureExitCodes.Count == 0 && old.AllowFailure,
        });
    }

    /// <summary>Skipped jobs that come after <paramref name="name"/>, by stage or by needs, get another chance.</summary>
    public void ResetSkippedAfter(string name)
    {
        var stage = _jobs[name].StageIndex;
        var after = new HashSet<string>(StringComparer.Ordinal) { name };
        foreach (var job in JobOrder.Of(Jobs))
        {
            var follows = job.IsDag ? job.Needs.Any(after.Contains) : job.StageIndex > stage;
            if (follows && job.Name != name)
            {
                after.Add(job.Name);
                Move(job.Name, JobStatus.Created, from: status => status == JobStatus.Skipped);
            }
        }
    }

    /// <summary>Decides about every job that waits for its turn. One pass is enough: a job only waits for jobs before it.</summary>
    public void Process()
    {
        var stage = -1;
        var earlier = default(CompositeStatus);
        var current = default(CompositeStatus);
        foreach (var job in JobOrder.Of(Jobs))
        {
            if (job.StageIndex != stage)
            {
                stage = job.StageIndex;
                earlier = current;
            }

            if (job.Status == JobStatus.Created)
            {
                Decide(job, job.IsDag ? Needs(job).StatusOfNeeds : earlier.Status);
            }

            current = current.With(_jobs[job.Name]);
        }
    }

    public PipelineStep Step()
    {
        var before = _before.Jobs.ToDictionary(job => job.Name, StringComparer.Ordinal);
        var changes = new List<JobChange>();
        foreach (var old in _replaced)
        {
            changes.Add(new JobChange(before[old.Name], old));
        }

        foreach (var name in _touched.Distinct())
        {
            var (was, now) = (before[name], _jobs[name]);
            if (was.Attempt != now.Attempt)
            {
                changes.Add(new JobChange(null, now));
            }
            else if (was != now)
            {
                changes.Add(new JobChange(was, now));
            }
        }

        return new PipelineStep(_before with { Jobs = [.. _before.Jobs.Select(job => _jobs[job.Name])] }, changes);
    }

    private CompositeStatus Needs(JobState job)
    {
        var needs = default(CompositeStatus);
        foreach (var name in job.Needs)
        {
            if (Find(name) is { } needed)
            {
                needs = needs.With(needed);
            }
        }

        return needs;
    }

    private void Decide(JobState job, JobStatus previous)
    {
        if (!previous.IsComplete())
        {
            return;
        }

        if (!Allows(job, previous))
        {
            Put(job with { Status = JobStatus.Skipped });
            return;
        }

        // A new attempt of a manual or delayed job was asked for, so it runs at once.
        var runsNow = job.Attempt > 1 || job.When is not (JobWhen.Manual or JobWhen.Delayed);
        if (runsNow)
        {
            Enqueue(job.Name, from: _ => true);
        }
        else
        {
            Put(job with { Status = job.When == JobWhen.Manual ? JobStatus.Manual : JobStatus.Scheduled });
        }
    }

    private static bool Allows(JobState job, JobStatus previous) => job.When switch
    {
        JobWhen.OnFailure => previous == JobStatus.Failed,
        JobWhen.Always => previous is JobStatus.Success or JobStatus.Failed or JobStatus.Skipped,
        _ => previous == JobStatus.Success || (previous == JobStatus.Skipped && !job.IsDag),
    };
}
