using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Tests.Running;

/// <summary>What runs after what, and what the job comes to (official-job-protocol §4, §11).</summary>
public sealed class LifecycleTests
{
    [Fact(Timeout = 30_000)]
    public async Task After_script_runs_when_the_script_fails()
    {
        using var bench = new JobRunBench().On("step_script", "exit 1").AfterScript("echo after");

        var verdict = await bench.RunAsync();

        Assert.Equal(new JobVerdict.Failed(FailureReason.ScriptFailure, "exit status 1", 1), verdict);
        Assert.Contains("after_script", bench.Executor.Stages);
        Assert.Contains("export CI_JOB_STATUS=failed", After(bench), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "15")]
    public async Task After_script_sees_success_and_the_script_sees_running()
    {
        using var bench = new JobRunBench().AfterScript("echo after");

        await bench.RunAsync();

        Assert.Contains("CI_JOB_STATUS=success", After(bench), StringComparison.Ordinal);
        Assert.Contains("CI_JOB_STATUS=running", bench.Executor.Scripts.Single(s => s.Stage == "step_script").Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_failing_after_script_changes_nothing_by_default()
    {
        using var bench = new JobRunBench().AfterScript("false").On("after_script", "exit 9");

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Contains("WARNING: after_script failed, but job will continue unaffected: exit status 9", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_failing_after_script_fails_the_job_when_asked_to()
    {
        using var bench = new JobRunBench().AfterScript("false").On("after_script", "exit 9").With("AFTER_SCRIPT_IGNORE_ERRORS", "false");

        Assert.Equal(new JobVerdict.Failed(FailureReason.ScriptFailure, "exit status 9", 9), await bench.RunAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task The_first_failing_step_ends_the_script_phase()
    {
        using var bench = new JobRunBench().On("step_script", "exit 2");
        bench.Payload = bench.Payload with { Steps = [.. bench.Payload.Steps, new JobStep { Name = "release", Script = ["release"] }] };

        await bench.RunAsync();

        Assert.DoesNotContain("step_release", bench.Executor.Stages);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "14")]
    public async Task Failed_sources_skip_the_script_and_after_script_but_not_uploads_and_cleanup()
    {
        using var bench = new JobRunBench().On("get_sources", "exit 1").AfterScript("echo after").Artifacts();

        var verdict = await bench.RunAsync();

        Assert.Equal(["prepare_script", "get_sources", "upload_artifacts_on_failure", "cleanup_file_variables"], bench.Executor.Stages);
        Assert.Equal(FailureReason.ScriptFailure, Assert.IsType<JobVerdict.Failed>(verdict).Reason);
    }

    [Fact(Timeout = 30_000)]
    public async Task Sources_are_tried_again_with_a_cleared_work_tree_before_the_second_try_only()
    {
        using var bench = new JobRunBench().On("get_sources", "exit 1|exit 1|exit 0").With("GET_SOURCES_ATTEMPTS", "3");

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Equal(["prepare_script", "get_sources", "clear_worktree", "get_sources", "get_sources", "step_script", "cleanup_file_variables"],
            bench.Executor.Stages);
        Assert.Equal(2, bench.Log.Split("WARNING: Retrying...").Length - 1);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_failing_prepare_script_ends_the_job_at_once()
    {
        using var bench = new JobRunBench().On("prepare_script", "exit 1").Artifacts();

        var verdict = Assert.IsType<JobVerdict.Failed>(await bench.RunAsync());

        Assert.StartsWith("prepare environment: exit status 1. Check https://docs.gitlab.com/runner/shells/", verdict.Message, StringComparison.Ordinal);
        Assert.Equal(["prepare_script"], bench.Executor.Stages);
        Assert.Equal(1, bench.Executor.Disposed);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_place_is_prepared_three_times()
    {
        using var bench = new JobRunBench().On("prepare_executor", "break no space|break no space|exit 0");

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Contains("ERROR: Preparation failed: no space\nWill be retried in 3s ...\n", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_place_that_cannot_be_made_is_a_system_failure()
    {
        using var bench = new JobRunBench().On("prepare_executor", "break no space");

        Assert.Equal(new JobVerdict.Failed(FailureReason.RunnerSystemFailure, "no space", 0), await bench.RunAsync());
        Assert.EndsWith("ERROR: Job failed (system failure): no space\n", bench.Log, StringComparison.Ordinal);
        Assert.Equal(0, bench.Executor.Disposed);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_classified_preparation_failure_is_not_tried_again()
    {
        using var bench = new JobRunBench().On("prepare_executor", "misconfigured no image|exit 0");

        var verdict = Assert.IsType<JobVerdict.Failed>(await bench.RunAsync());

        Assert.Equal((FailureReason.RunnerConfigurationError, "no image"), (verdict.Reason, verdict.Message));
        Assert.EndsWith("ERROR: Job failed: no image\n", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_place_that_breaks_in_the_script_is_a_system_failure_and_the_rest_is_tried()
    {
        using var bench = new JobRunBench().On("step_script", "break container gone").On("after_script", "break still gone")
            .AfterScript("echo after").Artifacts();

        Assert.Equal(new JobVerdict.Failed(FailureReason.RunnerSystemFailure, "container gone", 0), await bench.RunAsync());
        Assert.Equal(["prepare_script", "get_sources", "step_script", "after_script", "upload_artifacts_on_failure", "cleanup_file_variables"],
            bench.Executor.Stages);
        Assert.Equal(1, bench.Executor.Disposed);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "13")]
    public async Task A_job_that_takes_too_long_is_ended_without_anything_more()
    {
        using var bench = new JobRunBench().On("step_script", "hang").AfterScript("echo after").Artifacts();
        bench.Payload = bench.Payload with { RunnerInfo = new RunnerLimits { Timeout = 60 } };

        var verdict = await bench.RunAsync();

        Assert.Equal(new JobVerdict.Failed(FailureReason.JobExecutionTimeout, "execution took longer than 1m0s seconds", 0), verdict);
        Assert.Equal(["prepare_script", "get_sources", "step_script"], bench.Executor.Stages);
        Assert.Contains("WARNING: step_script could not run to completion because the timeout was exceeded.", bench.Log, StringComparison.Ordinal);
        Assert.Equal(1, bench.Executor.Disposed);
        Assert.Equal(FailureReason.JobExecutionTimeout, bench.Final.FailureReason);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_script_timeout_leaves_after_script_and_uploads()
    {
        using var bench = new JobRunBench().On("step_script", "hang").With("RUNNER_SCRIPT_TIMEOUT", "30s").AfterScript("echo after").Artifacts();

        var verdict = await bench.RunAsync();

        Assert.Equal(new JobVerdict.Failed(FailureReason.JobExecutionTimeout, "script timeout: context deadline exceeded", 0), verdict);
        Assert.Equal(["prepare_script", "get_sources", "step_script", "after_script", "upload_artifacts_on_failure", "cleanup_file_variables"],
            bench.Executor.Stages);
        Assert.Contains("CI_JOB_STATUS=timedout", After(bench), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task After_script_has_five_minutes()
    {
        using var bench = new JobRunBench().AfterScript("sleep").On("after_script", "hang");

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Contains("after_script failed, but job will continue unaffected", bench.Log, StringComparison.Ordinal);
        Assert.Contains("cleanup_file_variables", bench.Executor.Stages);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "13")]
    public async Task A_cancel_during_the_script_lets_after_script_and_uploads_run()
    {
        using var bench = new JobRunBench().On("step_script", "hang").AfterScript("echo after").Artifacts();
        bench.Executor.Entered = stage =>
        {
            if (stage == "step_script")
            {
                bench.Link.PatchAnswers.Enqueue(new PatchAnswer(PatchResult.Succeeded, 1, CancelRequested: true, null));
            }
        };

        var verdict = await bench.RunAsync();

        Assert.Equal(new JobVerdict.Failed(FailureReason.JobCanceled, "canceled", 0), verdict);
        Assert.Equal(["prepare_script", "get_sources", "step_script", "after_script", "upload_artifacts_on_failure", "cleanup_file_variables"],
            bench.Executor.Stages);
        Assert.Contains("CI_JOB_STATUS=canceled", After(bench), StringComparison.Ordinal);
        Assert.Contains("WARNING: script canceled externally (UI, API)", bench.Log, StringComparison.Ordinal);
        Assert.EndsWith("ERROR: Job failed: canceled\n", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancel_before_the_script_ends_the_job()
    {
        using var bench = new JobRunBench().On("get_sources", "hang").Artifacts();
        bench.Executor.Entered = stage => Act(stage == "get_sources", bench.Lifetime.Cancel);

        Assert.Equal(new JobVerdict.Failed(FailureReason.JobCanceled, "canceled", 0), await bench.RunAsync());
        Assert.Equal(["prepare_script", "get_sources"], bench.Executor.Stages);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancel_after_the_script_ends_nothing()
    {
        using var bench = new JobRunBench().AfterScript("echo after").Artifacts();
        bench.Executor.Entered = stage => Act(stage == "after_script", bench.Lifetime.Cancel);

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Contains("upload_artifacts_on_success", bench.Executor.Stages);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "13")]
    public async Task An_abort_runs_nothing_more()
    {
        using var bench = new JobRunBench().On("step_script", "hang").AfterScript("echo after").Artifacts();
        bench.Executor.Entered = stage => Act(stage == "step_script", bench.Lifetime.Abort);

        Assert.IsType<JobVerdict.Dropped>(await bench.RunAsync());
        Assert.Equal(["prepare_script", "get_sources", "step_script"], bench.Executor.Stages);
        Assert.Equal(1, bench.Executor.Disposed);
        Assert.Empty(JobJournal.Folders(bench.Folder));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stopping_runner_says_which_signal_it_got()
    {
        using var bench = new JobRunBench().On("step_script", "hang").AfterScript("echo after");
        bench.Executor.Entered = stage => Act(stage == "step_script", () => bench.Lifetime.Interrupt("terminated"));

        Assert.Equal(new JobVerdict.Failed(FailureReason.RunnerInterrupted, "aborted: terminated", 0), await bench.RunAsync());
        Assert.EndsWith("ERROR: Job failed: aborted: terminated\n", bench.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("after_script", bench.Executor.Stages);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "31")]
    public async Task Reasons_that_the_server_does_not_know_are_narrowed()
    {
        using var bench = new JobRunBench().On("prepare_executor", "misconfigured no image");
        bench.Payload = bench.Payload with { Features = new ServerFeatures() };

        await bench.RunAsync();

        Assert.Equal(FailureReason.ScriptFailure, bench.Final.FailureReason);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_failed_upload_fails_a_job_that_was_good()
    {
        using var bench = new JobRunBench().On("upload_artifacts_on_success", "exit 1").Artifacts();

        Assert.Equal(new JobVerdict.Failed(FailureReason.ScriptFailure, "exit status 1", 1), await bench.RunAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task The_result_of_the_cleanup_is_nobodys_business()
    {
        using var bench = new JobRunBench().On("cleanup_file_variables", "exit 1");

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "10")]
    public async Task An_unknown_submodule_strategy_fails_the_sources()
    {
        using var bench = new JobRunBench().With("GIT_SUBMODULE_STRATEGY", "deep");

        var verdict = Assert.IsType<JobVerdict.Failed>(await bench.RunAsync());

        Assert.Equal((FailureReason.RunnerSystemFailure, "unknown GIT_SUBMODULE_STRATEGY"), (verdict.Reason, verdict.Message));
        Assert.Contains("GIT_SUBMODULE_STRATEGY: expected either 'normal', 'recursive' or 'none' got \"deep\"", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Prepare_timeout_covers_the_place_and_the_first_script()
    {
        using var bench = new JobRunBench().On("prepare_script", "hang");
        bench.Runner = bench.Runner with { PrepareTimeout = TimeSpan.FromSeconds(20) };

        var verdict = await bench.RunAsync();

        Assert.Equal(new JobVerdict.Failed(FailureReason.JobExecutionTimeout, "prepare timeout: exceeded timeout of 20s", 0), verdict);
        Assert.Equal(1, bench.Executor.Disposed);
    }

    [Fact(Timeout = 30_000)]
    public async Task Get_sources_timeout_ends_the_job()
    {
        using var bench = new JobRunBench().On("get_sources", "hang").Artifacts();
        bench.Runner = bench.Runner with { GetSourcesTimeout = TimeSpan.FromSeconds(20) };

        var verdict = await bench.RunAsync();

        Assert.Equal(new JobVerdict.Failed(FailureReason.JobExecutionTimeout, "get sources timeout: exceeded timeout of 20s", 0), verdict);
        Assert.Equal(["prepare_script", "get_sources"], bench.Executor.Stages);
    }

    private static string After(JobRunBench bench) => bench.Executor.Scripts.Single(s => s.Stage == "after_script").Text;

    private static void Act(bool now, Action act)
    {
        if (now)
        {
            act();
        }
    }
}
