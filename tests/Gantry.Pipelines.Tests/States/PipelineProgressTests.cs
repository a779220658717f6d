using Gantry.Pipelines.Model;
using Gantry.Pipelines.States;
using static Gantry.Pipelines.Tests.States.Board;

namespace Gantry.Pipelines.Tests.States;

public sealed class PipelineProgressTests
{
    [Fact]
    public void The_next_stage_waits_for_all_of_the_one_before()
    {
        var board = new Board(Job("a", 0), Job("b", 0), Job("c", 1));
        Assert.Equal((JobStatus.Pending, JobStatus.Pending, JobStatus.Created), (board["a"], board["b"], board["c"]));

        board.Run("a");
        Assert.Equal(JobStatus.Created, board["c"]);

        board.Run("b");
        Assert.Equal(JobStatus.Pending, board["c"]);
        Assert.Equal(JobStatus.Success, board.Run("c").State.Status);
    }

    [Fact]
    public void A_failure_skips_what_waits_for_success_and_starts_what_waits_for_failure()
    {
        var board = new Board(Job("a", 0), Job("b", 1), Job("c", 1, JobWhen.OnFailure), Job("d", 2, JobWhen.Always)).Fail("a");

        Assert.Equal((JobStatus.Skipped, JobStatus.Pending), (board["b"], board["c"]));
        Assert.Equal(JobStatus.Pending, board.Run("c")["d"]);
        Assert.Equal(JobStatus.Failed, board.Run("d").State.Status);
    }

    [Fact]
    public void A_failure_that_is_allowed_counts_as_success_with_warnings()
    {
        var board = new Board(Job("a", 0, mayFail: true), Job("b", 1)).Fail("a").Run("b");

        Assert.Equal(JobStatus.Success, board.State.Status);
        Assert.True(board.State.HasWarnings);
    }

    [Fact]
    public void A_listed_exit_code_allows_the_failure_of_this_attempt_only()
    {
        var board = new Board(Job("a", 0) with { AllowFailureExitCodes = [42] }, Job("b", 1)).Fail("a", 42);
        Assert.Equal(JobStatus.Pending, board["b"]);

        board.Happen(new PipelineEvent.JobRetried("a"));
        Assert.False(board.State.Jobs[0].AllowFailure);
    }

    [Fact]
    public void A_canceled_job_skips_later_ones_even_those_that_always_run()
    {
        var board = new Board(Job("a", 0), Job("b", 1, JobWhen.Always)).Happen(new PipelineEvent.JobCanceled("a", IsGraceful: false));

        Assert.Equal((JobStatus.Canceled, JobStatus.Skipped), (board["a"], board["b"]));
    }

    [Fact]
    public void An_optional_manual_job_is_passed_over_by_stages_and_skips_those_that_need_it()
    {
        var board = new Board(Job("m", 0, JobWhen.Manual, mayFail: true), Job("stage", 1), Job("dag", 1, needs: "m"));

        Assert.Equal((JobStatus.Manual, JobStatus.Pending, JobStatus.Skipped), (board["m"], board["stage"], board["dag"]));

        board.Happen(new PipelineEvent.JobPlayed("m"));
        Assert.Equal((JobStatus.Pending, JobStatus.Created), (board["m"], board["dag"]));
        Assert.Equal(JobStatus.Pending, board.Run("m")["dag"]);
    }

    [Fact]
    public void A_blocking_manual_job_holds_the_pipeline_until_it_is_played()
    {
        var board = new Board(Job("m", 0, JobWhen.Manual), Job("stage", 1), Job("dag", 1, needs: "m"));

        Assert.Equal((JobStatus.Manual, JobStatus.Created, JobStatus.Created), (board["m"], board["stage"], board["dag"]));
        Assert.Equal(JobStatus.Manual, board.State.Status);

        board.Happen(new PipelineEvent.JobPlayed("m")).Run("m");
        Assert.Equal((JobStatus.Pending, JobStatus.Pending), (board["stage"], board["dag"]));
    }

    [Fact]
    public void A_job_without_anything_to_wait_for_ignores_stages()
    {
        var board = new Board(Job("a", 0), Job("free", 2) with { IsDag = true }).Fail("a");

        Assert.Equal(JobStatus.Pending, board["free"]);
    }

    [Fact]
    public void A_delayed_job_waits_for_its_time_or_for_a_user()
    {
        var board = new Board(Job("a", 0, JobWhen.Delayed), Job("b", 0, JobWhen.Delayed), Job("c", 0, JobWhen.Delayed));
        Assert.Equal(JobStatus.Scheduled, board.State.Status);

        board.Happen(new PipelineEvent.DelayElapsed("a"), new PipelineEvent.JobPlayed("b"), new PipelineEvent.JobUnscheduled("c"));
        Assert.Equal((JobStatus.Pending, JobStatus.Pending, JobStatus.Manual), (board["a"], board["b"], board["c"]));
    }

    [Theory]
    [InlineData("script_failure", null, true)]
    [InlineData("runner_system_failure", null, false)]
    [InlineData("runner_system_failure", 7, true)]
    public void Retry_asks_for_the_reason_or_the_exit_code(string reason, int? exitCode, bool isRetried)
    {
        var board = new Board(Job("a", 0) with { Retry = new RetryModel { Max = 1, When = ["script_failure"], ExitCodes = [7] } });
        board.Happen(new PipelineEvent.JobStarted("a"), new PipelineEvent.JobFailed("a", reason, exitCode));

        Assert.Equal(isRetried ? JobStatus.Pending : JobStatus.Failed, board["a"]);
        Assert.Equal(isRetried ? 2 : 1, board.State.Jobs[0].Attempt);

        board.Fail("a", 7);
        Assert.Equal(JobStatus.Failed, board["a"]);
    }

    [Fact]
    public void An_automatic_retry_leaves_the_old_attempt_as_a_failed_row()
    {
        var board = new Board(Job("a", 0) with { Retry = new RetryModel { Max = 1 } });
        board.Changes.Clear();
        board.Fail("a", 3);

        var (old, fresh) = (board.Changes[^2], board.Changes[^1]);
        Assert.Equal((1, JobStatus.Failed, true, 3), (old.After.Attempt, old.After.Status, old.After.IsRetried, old.After.ExitCode));
        Assert.Null(fresh.Before);
        Assert.Equal((2, JobStatus.Pending, null), (fresh.After.Attempt, fresh.After.Status, fresh.After.ExitCode));
    }

    [Fact]
    public void A_users_retry_revives_the_jobs_that_were_skipped_because_of_the_failure()
    {
        var board = new Board(Job("a", 0), Job("b", 1), Job("c", 2, needs: "b")).Fail("a");
        Assert.Equal((JobStatus.Skipped, JobStatus.Skipped), (board["b"], board["c"]));

        board.Happen(new PipelineEvent.JobRetried("a")).Run("a").Run("b").Run("c");
        Assert.Equal(JobStatus.Success, board.State.Status);
    }

    [Fact]
    public void Retrying_the_pipeline_runs_failed_and_canceled_jobs_again()
    {
        var board = new Board(Job("a", 0), Job("b", 0), Job("c", 1)).Fail("a").Happen(new PipelineEvent.JobCanceled("b", false));
        Assert.Equal(JobStatus.Failed, board.State.Status);

        board.Happen(new PipelineEvent.PipelineRetried()).Run("a").Run("b").Run("c");
        Assert.Equal(JobStatus.Success, board.State.Status);
    }

    [Fact]
    public void A_running_job_is_canceling_until_its_runner_has_cleaned_up()
    {
        var board = new Board(Job("a", 0)).Happen(new PipelineEvent.JobStarted("a"), new PipelineEvent.JobCanceled("a", IsGraceful: true));
        Assert.Equal(JobStatus.Canceling, board["a"]);

        Assert.Equal(JobStatus.Canceled, board.Happen(new PipelineEvent.JobFailed("a", "script_failure", 1))["a"]);
    }

    [Fact]
    public void Canceling_the_pipeline_leaves_manual_jobs_alone()
    {
        var board = new Board(Job("a", 0), Job("m", 0, JobWhen.Manual, mayFail: true), Job("d", 0, JobWhen.Delayed), Job("z", 1));
        board.Happen(new PipelineEvent.PipelineCanceled(_ => true));

        Assert.Equal((JobStatus.Canceled, JobStatus.Manual, JobStatus.Canceled, JobStatus.Canceled), (board["a"], board["m"], board["d"], board["z"]));
        Assert.Equal(JobStatus.Canceled, board.State.Status);
    }

    [Fact]
    public void A_failure_cancels_the_rest_when_the_workflow_says_so()
    {
        var board = new Board(new PipelineState { Jobs = [Job("a", 0), Job("b", 0), Job("c", 1)], OnJobFailureCancelAll = true });
        board.Happen(new PipelineEvent.JobStarted("b")).Fail("a");

        Assert.Equal((JobStatus.Failed, JobStatus.Canceling, JobStatus.Canceled), (board["a"], board["b"], board["c"]));
    }

    [Theory]
    [InlineData(OnNewCommit.Conservative, false, JobStatus.Canceled, JobStatus.Canceled)]
    [InlineData(OnNewCommit.Conservative, true, JobStatus.Pending, JobStatus.Running)]
    [InlineData(OnNewCommit.Interruptible, true, JobStatus.Canceled, JobStatus.Running)]
    [InlineData(OnNewCommit.None, false, JobStatus.Pending, JobStatus.Pending)]
    public void A_newer_commit_cancels_what_the_workflow_allows(OnNewCommit mode, bool firmStarted, JobStatus soft, JobStatus firm)
    {
        var board = new Board(new PipelineState { Jobs = [Job("soft", 0) with { IsInterruptible = true }, Job("firm", 0)], OnNewCommit = mode });
        if (firmStarted)
        {
            board.Happen(new PipelineEvent.JobStarted("firm"));
        }

        board.Happen(new PipelineEvent.Superseded(_ => false));
        Assert.Equal((soft, firm), (board["soft"], board["firm"]));
    }

    [Fact]
    public void A_job_of_a_resource_group_is_pending_only_when_it_is_let_in()
    {
        var board = new Board(Job("a", 0) with { HasResourceGroup = true });
        Assert.Equal(JobStatus.WaitingForResource, board["a"]);

        Assert.Equal(JobStatus.Pending, board.Happen(new PipelineEvent.ResourceGranted("a"))["a"]);
    }

    [Theory]
    [InlineData(TriggerStrategy.None, JobStatus.Running, JobStatus.Success)]
    [InlineData(TriggerStrategy.Depend, JobStatus.Manual, JobStatus.Running)]
    [InlineData(TriggerStrategy.Depend, JobStatus.Failed, JobStatus.Failed)]
    [InlineData(TriggerStrategy.Mirror, JobStatus.Manual, JobStatus.Manual)]
    public void A_bridge_follows_its_downstream_as_its_strategy_says(TriggerStrategy strategy, JobStatus downstream, JobStatus expected)
    {
        var board = new Board(Job("a", 0) with { Bridge = strategy });

        Assert.Equal(expected, board.Happen(new PipelineEvent.DownstreamChanged("a", downstream))["a"]);
    }

    [Fact]
    public void An_event_that_does_not_fit_changes_nothing()
    {
        var board = new Board(Job("a", 0)).Run("a");
        board.Changes.Clear();

        board.Happen(new PipelineEvent.JobStarted("a"), new PipelineEvent.JobFailed("a", "script_failure"), new PipelineEvent.JobPlayed("a"), new PipelineEvent.JobStarted("nobody"));
        Assert.Empty(board.Changes);
    }
}
