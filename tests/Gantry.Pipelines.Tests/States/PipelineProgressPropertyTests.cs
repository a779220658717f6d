using CsCheck;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.States;

namespace Gantry.Pipelines.Tests.States;

/// <summary>Whatever the pipeline and whatever the order of events: nothing hangs, nothing runs twice.</summary>
public sealed class PipelineProgressPropertyTests
{
    private static readonly JobWhen[] Whens =
        [JobWhen.OnSuccess, JobWhen.OnSuccess, JobWhen.Always, JobWhen.OnFailure, JobWhen.Manual, JobWhen.Delayed];

    private static readonly Gen<JobState[]> Pipelines = Gen.Select(Gen.Int[1, 12], Gen.Int, (count, seed) =>
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(index => Job(index, random)).ToArray();
    });

    [Fact]
    public void No_order_of_events_leaves_a_job_stuck_or_runs_it_twice() =>
        Gen.Select(Pipelines, Gen.Int).Sample((jobs, seed) =>
        {
            var random = new Random(seed);
            var state = new PipelineState { Jobs = jobs };
            var starts = new Dictionary<(string, int), int>();
            Apply(ref state, new PipelineEvent.Begun());
            for (var i = 0; i < 2_000 && Possible(state, random) is { } next; i++)
            {
                if (next is PipelineEvent.JobStarted started)
                {
                    var key = (started.Job, state.Jobs.Single(job => job.Name == started.Job).Attempt);
                    starts[key] = starts.GetValueOrDefault(key) + 1;
                }

                Apply(ref state, next);
            }

            Assert.All(starts.Values, count => Assert.Equal(1, count));
            Assert.All(state.Jobs, job => Assert.True(job.Status.IsComplete() || job.Status == JobStatus.Manual || WaitsForManual(state, job), $"{job.Name} is {job.Status}"));
            Assert.DoesNotContain(state.Status, new[] { JobStatus.Running, JobStatus.Pending, JobStatus.Created });
        }, iter: 3_000);

    [Fact]
    public void Processing_again_changes_nothing() =>
        Gen.Select(Pipelines, Gen.Int).Sample((jobs, seed) =>
        {
            var random = new Random(seed);
            var state = new PipelineState { Jobs = jobs };
            Apply(ref state, new PipelineEvent.Begun());
            for (var i = 0; i < 20 && Possible(state, random) is { } next; i++)
            {
                Apply(ref state, next);
                Assert.Empty(PipelineProgress.Apply(state, new PipelineEvent.Begun()).Changes);
            }
        }, iter: 500);

    private static JobState Job(int index, Random random)
    {
        var isDag = random.Next(2) == 0;
        var retries = random.Next(3);
        return new JobState
        {
            Name = $"job{index}",
            StageIndex = isDag ? 3 : random.Next(4),
            When = Whens[random.Next(Whens.Length)],
            AllowFailure = random.Next(2) == 0,
            IsDag = isDag,
            Needs = isDag && index > 0 ? [.. Enumerable.Range(0, random.Next(3)).Select(_ => $"job{random.Next(index)}").Distinct()] : [],
            Retry = new RetryModel { Max = retries },
            HasResourceGroup = retries == 1,
        };
    }

    private static void Apply(ref PipelineState state, PipelineEvent happened) => state = PipelineProgress.Apply(state, happened).State;

    // A blocking manual job that nobody plays holds what comes after it; that is its purpose.
    private static bool WaitsForManual(PipelineState state, JobState job) =>
        job.Status == JobStatus.Created && state.Jobs.Any(other => other is { Status: JobStatus.Manual, AllowFailure: false });

    private static PipelineEvent? Possible(PipelineState state, Random random)
    {
        var events = state.Jobs.SelectMany(job => job.Status switch
        {
            JobStatus.Pending => new PipelineEvent[] { new PipelineEvent.JobStarted(job.Name) },
            JobStatus.Running => [new PipelineEvent.JobSucceeded(job.Name), new PipelineEvent.JobFailed(job.Name, "script_failure", 1), new PipelineEvent.JobCanceled(job.Name, true)],
            JobStatus.Canceling => [new PipelineEvent.JobStopped(job.Name), new PipelineEvent.JobSucceeded(job.Name)],
            JobStatus.Scheduled => [new PipelineEvent.DelayElapsed(job.Name)],
            JobStatus.WaitingForResource => [new PipelineEvent.ResourceGranted(job.Name)],
            JobStatus.Manual when random.Next(3) == 0 => [new PipelineEvent.JobPlayed(job.Name)],
            _ => [],
        }).ToList();
        return events.Count == 0 ? null : events[random.Next(events.Count)];
    }
}
