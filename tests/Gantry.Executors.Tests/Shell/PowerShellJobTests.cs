using Gantry.Engine.Running;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Shell;

/// <summary>Jobs whose runner says <c>shell = "pwsh"</c>, run by the real one (official-job-protocol §8.3). It starts slowly, so each job tells a lot.</summary>
public sealed class PowerShellJobTests(LivePowerShell live) : IClassFixture<LivePowerShell>
{
    private const int Limit = 600_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Sources_are_fetched_and_lines_are_shown_and_run_with_variables_of_any_content()
    {
        _ = live;
        const string Odd = "it's \"quoted\" $HOME `tick` \u201ctypographic\u201d #hash\nsecond line";
        using var bench = Bench().With("ODD", Odd).With("KEYFILE", "file\ncontent", file: true).With("HOME", "/somewhere")
            .Step("script",
                "Get-Content hello.txt",
                "echo \"[$env:ODD]\"",
                "Get-Content $env:KEYFILE",
                "if ($true) {\n  echo 'several'\n\n  echo 'lines'\n}",
                "[Console]::Error.WriteLine('to stderr')",
                "'A=1=2' | Add-Content $env:GITLAB_ENV",
                "echo \"home $env:HOME\"")
            .Step("after_script", "echo \"after $env:CI_JOB_STATUS $env:A\"");
        var (url, commit) = await SampleGit.CreateAsync(Path.Combine(bench.Folder, "origin"), Token);
        bench.Payload = bench.Payload with
        {
            Variables = [.. bench.Payload.Variables.Where(variable => variable.Key != "GIT_STRATEGY")],
            GitInfo = new GitReference
            {
                RepoUrl = url,
                Ref = "main",
                RefType = "branch",
                Sha = commit,
                Depth = 1,
                Refspecs = ["+refs/heads/main:refs/remotes/origin/main"],
            },
        };

        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync(Token));

        Assert.Contains("Using Shell (pwsh) executor...", bench.Log, StringComparison.Ordinal);
        Assert.Contains("hello from git\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains($"$ echo \"[$env:ODD]\"\n[{Odd}]\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains("file\ncontent\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains("$ if ($true) {\n  echo 'several'\n\n  echo 'lines'\n}\nseveral\nlines\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains("to stderr\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains("home /somewhere\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains("after success 1=2\n", bench.Log, StringComparison.Ordinal);
        Assert.EndsWith("Job succeeded\n", bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_failing_program_ends_a_script_in_a_file_with_its_exit_code_and_after_script_runs()
    {
        using var bench = Bench().With("FF_DISABLE_POWERSHELL_STDIN", "true")
            .Step("script", "echo begin", "sh -c 'exit 7'", "echo never").Step("after_script", "echo \"after $env:CI_JOB_STATUS\"");

        Assert.Equal(new JobVerdict.Failed(FailureReason.ScriptFailure, "exit status 7", 7), await bench.RunAsync(Token));

        Assert.DoesNotContain("\nnever\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains("after failed\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains("line 2 of 3 of the script failed with exit status 7\n  $ sh -c 'exit 7'\n", bench.Log, StringComparison.Ordinal);
    }

    private static ShellBench Bench()
    {
        var bench = new ShellBench();
        bench.Runner = bench.Runner with { Shell = "pwsh" };
        return bench;
    }
}
