using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Engine.Traces;
using Gantry.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Engine.Tests.Running;

public sealed class JobRecoveryTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_job_that_had_ended_is_reported_as_it_ended()
    {
        using var bench = new JobRunBench();
        var journal = Leave(bench, state => state with { Verdict = new JournalVerdict(false, "script_failure", 7), SentOffset = 6 });
        File.WriteAllText(journal.SpoolPath, "first\nlast\n");
        bench.Link.PatchAnswers.Enqueue(null);

        Assert.Equal(FinishResult.Delivered, await RecoverAsync(bench, journal.Folder));

        Assert.Equal((6, "last\n"), (bench.Link.Patches[0].Offset, bench.Link.Patches[0].Content));
        Assert.Equal((JobUpdateState.Failed, FailureReason.ScriptFailure, 7), (bench.Final.State, bench.Final.FailureReason, bench.Final.ExitCode));
        Assert.Equal(0, bench.Executor.Disposed);
        Assert.False(Directory.Exists(journal.Folder));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_job_that_was_running_loses_its_place_and_fails()
    {
        using var bench = new JobRunBench();
        var journal = Leave(bench, state => state with
        {
            Accepted = true,
            Stage = "step_script",
            Environment = new Dictionary<string, string> { ["place"] = "p" },
        });
        File.WriteAllText(journal.SpoolPath, "half a line");

        Assert.Equal(FinishResult.Delivered, await RecoverAsync(bench, journal.Folder));

        Assert.Equal(1, bench.Executor.Disposed);
        Assert.EndsWith("ERROR: Job failed (system failure): the runner stopped while the job was running\n", LogText.Plain(bench.Link.Trace),
            StringComparison.Ordinal);
        Assert.Equal(FailureReason.RunnerSystemFailure, bench.Final.FailureReason);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_cannot_be_reached_is_asked_again_by_the_next_process()
    {
        using var bench = new JobRunBench();
        bench.Runner = bench.Runner with { FinalUpdateRetryLimit = 1 };
        var journal = Leave(bench, state => state);
        bench.Link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.Failed, false, null));

        Assert.Equal(FinishResult.GaveUp, await RecoverAsync(bench, journal.Folder));

        Assert.Equal("runner_system_failure", Assert.NotNull(JobJournal.Open(journal.Folder)).Journal.State.Verdict?.FailureReason);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_folder_without_a_whole_journal_is_removed()
    {
        using var bench = new JobRunBench();
        var journal = Leave(bench, state => state);
        File.Delete(Path.Combine(journal.Folder, "payload.json"));

        Assert.Null(await RecoverAsync(bench, journal.Folder));
        Assert.False(Directory.Exists(journal.Folder));
    }

    private static JobJournal Leave(JobRunBench bench, Func<JournalState, JournalState> change)
    {
        var journal = JobJournal.Create(bench.Folder, bench.Payload, new JournalState
        {
            JobId = 42,
            RunnerShortToken = "abcdefghi",
            RunnerName = "bench",
            Executor = "scripted",
            Received = bench.Time.GetUtcNow(),
        });
        journal.Change(change);
        return journal;
    }

    private static async Task<FinishResult?> RecoverAsync(JobRunBench bench, string folder)
    {
        var assignment = new RecoveryAssignment { Folder = folder, Runner = bench.Runner, Executor = bench.Executor, Link = bench.Link };
        var recovery = new JobRecovery(assignment, bench.Time, NullLogger.Instance).RunAsync(TestContext.Current.CancellationToken);
        while (!recovery.IsCompleted)
        {
            await Task.WhenAny(recovery, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken));
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        }

        return await recovery;
    }
}
