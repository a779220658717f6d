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
    public async Task A_script_that_still_runs_goes_on_and_its_job_ends_as_if_nothing_had_been()
    {
        using var bench = new JobRunBench().With("FF_TIMESTAMPS", "false").With("GANTRY_PHASES", "false")
            .On("step_script", "print line 1;print line 2").On("after_script", "print after").AfterScript("true").Artifacts();
        var journal = Leave(bench, state => state with
        {
            Accepted = true,
            Stage = "step_script",
            StageBegan = bench.Time.GetUtcNow(),
            SentOffset = 7,
            Environment = new Dictionary<string, string> { ["place"] = "p" },
        });
        File.WriteAllText(journal.SpoolPath, "header\nline 1\nli");
        bench.Executor.ReopenedAt = 7;
        bench.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.IsType<JobVerdict.Succeeded>(await GoOnAsync(bench, journal.Folder));

        Assert.Equal(["step_script", "after_script", "upload_artifacts_on_success"], bench.Executor.Stages.Take(3));
        Assert.Equal((0, 1), (bench.Executor.Prepared, bench.Executor.Disposed));
        Assert.StartsWith("line 1\nline 2\n", bench.Link.Trace[7..], StringComparison.Ordinal);
        Assert.DoesNotContain("Executing \"step_script\"", bench.Log, StringComparison.Ordinal);
        Assert.Contains("section_end", bench.Link.Trace, StringComparison.Ordinal);
        Assert.EndsWith("Job succeeded\n", bench.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Link.Updates, update => update.State == JobUpdateState.Running);
        Assert.False(Directory.Exists(journal.Folder));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("step_script", 50, "job_execution_timeout")]
    [InlineData("after_script", 0, "script_failure")]
    public async Task A_job_that_goes_on_has_the_time_and_the_failure_it_had(string stage, int minutes, string reason)
    {
        using var bench = new JobRunBench().On("step_script", "hang").AfterScript("true");
        var journal = Leave(bench, state => state with
        {
            Accepted = true,
            Stage = stage,
            StageBegan = bench.Time.GetUtcNow(),
            Failure = stage == "after_script" ? new JournalFailure("script_failure", "exit code 7", 7) : null,
            Environment = new Dictionary<string, string> { ["place"] = "p" },
        });
        bench.Time.Advance(TimeSpan.FromMinutes(minutes));
        var began = bench.Time.GetUtcNow();

        await GoOnAsync(bench, journal.Folder);

        Assert.Equal(reason, bench.Final.FailureReason?.Wire);
        Assert.InRange(bench.Time.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromMinutes(20));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("get_sources", false, "the runner stopped while the job was running\n")]
    [InlineData("step_script", true, "the runner stopped while the job was running, and a job with secrets of other stores cannot go on\n")]
    public async Task A_job_that_cannot_go_on_loses_its_place(string stage, bool secrets, string why)
    {
        using var bench = new JobRunBench();
        if (secrets)
        {
            bench.Payload = bench.Payload with { Secrets = new Dictionary<string, System.Text.Json.JsonElement> { ["S"] = System.Text.Json.JsonDocument.Parse("{}").RootElement } };
        }

        var journal = Leave(bench, state => state with { Accepted = true, Stage = stage, Environment = new Dictionary<string, string> { ["place"] = "p" } });

        Assert.Null(await GoOnAsync(bench, journal.Folder));

        Assert.Equal(1, bench.Executor.Disposed);
        Assert.EndsWith(why, LogText.Plain(bench.Link.Trace), StringComparison.Ordinal);
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

    /// <summary>What a job came to that went on; null: it did not.</summary>
    private static async Task<JobVerdict?> GoOnAsync(JobRunBench bench, string folder)
    {
        Task<JobVerdict>? run = null;
        var recovery = new JobRecovery(new RecoveryAssignment
        {
            Folder = folder,
            Runner = bench.Runner,
            Executor = bench.Executor,
            Link = bench.Link,
            GoOn = recovered => run = new JobRun(new JobAssignment
            {
                Payload = bench.Payload,
                Runner = bench.Runner,
                Executor = bench.Executor,
                Link = bench.Link,
                Numbers = recovered.Numbers,
                JournalRoot = bench.Folder,
                Recovered = recovered,
            }, bench.Lifetime, bench.Time, NullLogger.Instance).RunAsync(TestContext.Current.CancellationToken),
        }, bench.Time, NullLogger.Instance).RunAsync(TestContext.Current.CancellationToken);
        await recovery;
        while (run is { IsCompleted: false })
        {
            await Task.WhenAny(run, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken));
            bench.Time.Advance(TimeSpan.FromSeconds(30));
        }

        return run is null ? null : await run;
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
