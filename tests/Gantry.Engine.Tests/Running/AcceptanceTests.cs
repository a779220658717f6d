using System.Text.Json;
using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Tests.Running;

/// <summary>The two-phase beginning and what is refused in it (official-job-protocol §1.11, §1.12).</summary>
public sealed class AcceptanceTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_job_that_the_server_took_back_is_dropped_without_a_report()
    {
        using var bench = new JobRunBench();
        bench.Link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.Abort, false, null));

        Assert.IsType<JobVerdict.Dropped>(await bench.RunAsync());
        Assert.Single(bench.Link.Updates);
        Assert.Equal(0, bench.Executor.Prepared);
        Assert.Empty(JobJournal.Folders(bench.Folder));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_job_that_is_being_cancelled_fails_at_once()
    {
        using var bench = new JobRunBench();
        bench.Link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.Succeeded, CancelRequested: true, null));

        Assert.Equal(new JobVerdict.Failed(FailureReason.JobCanceled, "canceled", 0), await bench.RunAsync());
        Assert.Equal(0, bench.Executor.Prepared);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_failed_acceptance_does_not_keep_the_job_from_running()
    {
        using var bench = new JobRunBench();
        bench.Link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.Failed, false, null));

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task Unknown_executor_options_fail_the_job_before_acceptance()
    {
        using var bench = new JobRunBench();
        bench.Payload = bench.Payload with
        {
            Image = new JobImage { Name = "alpine", ExecutorOpts = JsonDocument.Parse("""{"docker":{"blammo":"x"}}""").RootElement },
        };

        var verdict = Assert.IsType<JobVerdict.Failed>(await bench.RunAsync());

        Assert.Equal((FailureReason.RunnerSystemFailure, 3), (verdict.Reason, verdict.ExitCode));
        Assert.Contains("Unsupported \"image\" options [blammo] for \"docker executor\"; supported options are [platform user]", bench.Log,
            StringComparison.Ordinal);
        Assert.Single(bench.Link.Updates);
    }

    [Fact(Timeout = 30_000)]
    public async Task Folders_that_cannot_be_had_are_a_configuration_error()
    {
        using var bench = new JobRunBench().With("GIT_CLONE_PATH", "/elsewhere");

        var verdict = Assert.IsType<JobVerdict.Failed>(await bench.RunAsync());

        Assert.Equal(FailureReason.RunnerConfigurationError, verdict.Reason);
        Assert.Contains("the GIT_CLONE_PATH=\"/elsewhere\" has to be within \"/builds\"", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Masked_values_are_hidden_from_the_first_line_on()
    {
        using var bench = new JobRunBench().On("step_script", "print token glcbt-secrettoken");
        bench.Runner = bench.Runner with { Name = "glcbt-secrettoken" };

        await bench.RunAsync();

        Assert.DoesNotContain("secrettoken", bench.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("token [MASKED]", bench.Log, StringComparison.Ordinal);
    }
}
