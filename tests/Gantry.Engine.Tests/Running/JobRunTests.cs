using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Tests.Running;

public sealed class JobRunTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_trivial_job_succeeds_and_is_reported()
    {
        using var bench = new JobRunBench().On("step_script", "print hello from the job");

        var verdict = await bench.RunAsync();

        Assert.IsType<JobVerdict.Succeeded>(verdict);
        Assert.Equal(["prepare_script", "get_sources", "step_script", "cleanup_file_variables"], bench.Executor.Stages);
        Assert.StartsWith("""
            Running with gantry 1.2.3 (abc1234)
              on bench abcdefghi, system ID: s_0123456789ab
            Preparing the "scripted" executor
            Using Scripted executor...
            Preparing environment
            Getting source from Git repository
            Executing "step_script" stage of the job script
            hello from the job
            Cleaning up project directory and file based variables
            """, bench.Log, StringComparison.Ordinal);
        Assert.Matches(@"variables\nPhases: prepare \d+\.\d\d s \| sources \d+\.\d\d s \| script \d+\.\d\d s \| cleanup \d+\.\d\d s\nJob succeeded\n$", bench.Log);
        Assert.Equal(JobUpdateState.Running, bench.Link.Updates[0].State);
        Assert.Equal(JobUpdateState.Success, bench.Final.State);
        Assert.StartsWith("crc32:", bench.Final.Checksum, StringComparison.Ordinal);
        Assert.Equal(1, bench.Executor.Disposed);
        Assert.Empty(JobJournal.Folders(bench.Folder));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_variable_hides_the_line_of_phases()
    {
        using var bench = new JobRunBench().On("step_script", "print hello from the job");
        bench.Payload = bench.Payload with { Variables = [.. bench.Payload.Variables, new JobVariable { Key = "GANTRY_PHASES", Value = "false" }] };

        await bench.RunAsync();

        Assert.DoesNotContain("Phases:", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_failing_script_fails_the_job_with_its_exit_code()
    {
        using var bench = new JobRunBench().On("step_script", "exit 3");

        var verdict = await bench.RunAsync();

        Assert.Equal(new JobVerdict.Failed(FailureReason.ScriptFailure, "exit status 3", 3), verdict);
        Assert.EndsWith("ERROR: Job failed: exit status 3\n", bench.Log, StringComparison.Ordinal);
        Assert.Equal((JobUpdateState.Failed, FailureReason.ScriptFailure, 3), (bench.Final.State, bench.Final.FailureReason, bench.Final.ExitCode));
    }
}
