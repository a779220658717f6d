using Gantry.Engine.Running;

namespace Gantry.Executors.Tests.Shell;

/// <summary>What a failed script says about itself, with the shells of this machine.</summary>
public sealed class ExplanationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("bash")]
    [InlineData("sh")]
    public async Task A_missing_command_is_named_with_its_line(string shell)
    {
        using var bench = Bench("echo one", "", "frobnicate --all");
        bench.Runner = bench.Runner with { Shell = shell };

        Assert.Equal(127, Assert.IsType<JobVerdict.Failed>(await bench.RunAsync(Token)).ExitCode);
        Assert.Contains(
            "line 3 of 3 of the script failed with exit status 127: a command was not found (not installed in this place, or not on PATH)\n  $ frobnicate --all\n",
            bench.Log, StringComparison.Ordinal);
        Assert.EndsWith("ERROR: Job failed: exit status 127\n", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_that_cannot_be_run_is_126()
    {
        using var bench = Bench("touch plain", "./plain");

        await bench.RunAsync(Token);

        Assert.Contains("line 2 of 2 of the script failed with exit status 126: a command was found but could not be run", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_killed_program_is_137_with_what_is_known()
    {
        using var bench = Bench("sh -c 'kill -KILL $$'");

        await bench.RunAsync(Token);

        Assert.Contains("the only line of the script failed with exit status 137: killed (SIGKILL)", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_block_of_several_lines_is_named_by_its_first()
    {
        using var bench = Bench("echo one", "echo two\nfalse\necho three");

        await bench.RunAsync(Token);

        Assert.Contains("line 2 of 2 of the script failed with exit status 1\n  $ echo two ...\n", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_operators_script_is_told_from_the_jobs()
    {
        using var bench = Bench("echo one");
        bench.Runner = bench.Runner with { PreBuildScript = "exit 3" };

        await bench.RunAsync(Token);

        Assert.Contains("pre_build_script of the runner's configuration failed with exit status 3\n  $ exit 3\n", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_flag_switches_it_off()
    {
        using var bench = Bench("exit 127").With("FF_EXPLAIN_FAILURES", "false");

        await bench.RunAsync(Token);

        Assert.DoesNotContain("failed with", bench.Log, StringComparison.Ordinal);
        Assert.EndsWith("ERROR: Job failed: exit status 127\n", bench.Log, StringComparison.Ordinal);
    }

    private static ShellBench Bench(params string[] script)
    {
        var bench = new ShellBench();
        Directory.CreateDirectory(Path.Combine(bench.Folder, "builds"));
        return bench.Step("script", script);
    }
}
