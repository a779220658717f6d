using System.IO.Hashing;
using System.Text;
using System.Text.RegularExpressions;
using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Engine.Tests.Running;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Tests.Traps;

/// <summary>Traps about a job's course and its log (official-job-protocol §11).</summary>
public sealed partial class LifecycleTraps
{
    [Fact(Timeout = 30_000)]
    [Trait("Trap", "2")]
    public async Task The_stored_log_is_stamped_and_size_and_checksum_cover_the_stamps()
    {
        using var bench = new JobRunBench().On("step_script", "print out;warn err");

        await bench.RunAsync();

        var lines = bench.Link.Trace.TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.Matches(Stamp(), line));
        Assert.Contains(lines, line => line.EndsWith("01O out", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith("01E err", StringComparison.Ordinal));
        var stored = Encoding.UTF8.GetBytes(bench.Link.Trace);
        Assert.Equal((stored.Length, $"crc32:{Crc32.HashToUInt32(stored):x8}"), (bench.Final.ByteSize, bench.Final.Checksum));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "11")]
    public async Task An_after_script_timeout_beyond_the_jobs_time_is_five_minutes()
    {
        using var bench = new JobRunBench().AfterScript("sleep").On("after_script", "hang").With("RUNNER_AFTER_SCRIPT_TIMEOUT", "2h");
        var started = bench.Time.GetUtcNow();

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Contains(
            "WARNING: RUNNER_AFTER_SCRIPT_TIMEOUT timeout: 2h is longer than job timeout. Setting to job timeout", bench.Log, StringComparison.Ordinal);
        Assert.InRange(bench.Time.GetUtcNow() - started, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "12")]
    public async Task An_unknown_cache_policy_is_the_only_thing_about_caches_that_fails_a_job()
    {
        using var bench = new JobRunBench();
        bench.Payload = bench.Payload with { Cache = [new JobCache { Key = "k", Paths = ["x"], Policy = "sometimes" }] };

        var verdict = Assert.IsType<JobVerdict.Failed>(await bench.RunAsync());

        Assert.Contains("sometimes", verdict.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("step_script", bench.Executor.Stages);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "19")]
    public async Task Values_of_any_length_are_hidden_and_standard_output_does_not_complete_standard_error()
    {
        using var bench = new JobRunBench().On("step_script", "print a#b;print zu;warn gig");
        bench.Payload = bench.Payload with
        {
            Variables =
            [
                .. bench.Payload.Variables, new JobVariable { Key = "SHORT", Value = "#", Masked = true },
                new JobVariable { Key = "LONG", Value = "zugig", Masked = true },
            ],
        };

        await bench.RunAsync();

        Assert.Contains("a[MASKED]b\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains("zu\ngig\n", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "34")]
    public async Task Acceptance_and_the_final_update_do_not_count_for_the_jobs_timeout()
    {
        using var bench = new JobRunBench();
        bench.Payload = bench.Payload with { RunnerInfo = new RunnerLimits { Timeout = 60 } };
        bench.Link.OnUpdate = _ => Task.Delay(TimeSpan.FromMinutes(10), bench.Time, TestContext.Current.CancellationToken);

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Equal(JobUpdateState.Success, bench.Final.State);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "36")]
    public async Task A_log_that_is_too_long_ends_with_the_notice_and_loses_its_last_line()
    {
        using var bench = new JobRunBench().On("step_script", "print " + new string('x', 3000));
        bench.Runner = bench.Runner with { OutputLimitKiB = 1 };

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());

        const string Notice = "\n\e[33;1mJob's log exceeded limit of 1024 bytes.\nJob execution will continue but no more output will be collected.\e[0;m\n";
        Assert.EndsWith(Notice, bench.Link.Trace, StringComparison.Ordinal);
        Assert.Equal(1024 + Notice.Length, bench.Final.ByteSize);
        Assert.DoesNotContain("Job succeeded", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_log_that_is_too_long_keeps_its_end_when_wanted_and_is_whole_on_this_machine()
    {
        using var bench = new JobRunBench().On("step_script", "print " + new string('x', 3000) + ";print the end");
        bench.Runner = bench.Runner with { OutputLimitKiB = 1, OutputTailKiB = 1 };

        await bench.RunAsync();

        var whole = Path.Combine(bench.Root, "logs", "abcdefghi-42.log");
        Assert.Contains($"The last lines of the job's output (all of it is in {whole} on the runner's machine):", bench.Log, StringComparison.Ordinal);
        Assert.Contains("the end\n", bench.Log, StringComparison.Ordinal);
        Assert.EndsWith("Job succeeded\n", bench.Log, StringComparison.Ordinal);
        var text = LogText.Plain(await File.ReadAllTextAsync(whole, TestContext.Current.CancellationToken));
        Assert.Contains(new string('x', 3000) + "\nthe end\n", text, StringComparison.Ordinal);
        Assert.StartsWith("Running with gantry", text, StringComparison.Ordinal);
        Assert.EndsWith("Job succeeded\n", text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(whole));
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [0-9a-f]{2}[OE][ +]")]
    private static partial Regex Stamp();
}
