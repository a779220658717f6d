using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gantry.Turnaround;

/// <summary><c>gantry exec</c> and <c>gantry ci</c> as whole processes, in projects of their own.</summary>
internal static class ExecCases
{
    private const string OneJob = "job:\n  script: echo hello world\n";

    // a(2) -> b(2) -> c(2), and d(3) -> e(3) beside it: 6 s for whoever starts each as soon as it can be.
    private const string Dag = """
        stages: [one, two, three]
        a: { stage: one, script: sleep 2 }
        d: { stage: one, script: sleep 3 }
        b: { stage: two, needs: [a], script: sleep 2 }
        e: { stage: two, needs: [d], script: sleep 3 }
        c: { stage: three, needs: [b], script: sleep 2 }
        """;

    public static async Task ReportAsync(string binary, int runs)
    {
        using var folder = new Projects();
        var one = folder.Make("one", OneJob);
        await OneJobAsync(binary, one, runs, "");
        // Profile files of the user who measures may take longer than everything else.
        PlainHome = folder.Empty("home");
        await OneJobAsync(binary, one, runs, ", empty home");
        Report.Memory("exec: one shell job, peak memory", await PeakAsync(one, binary));
        Report.Times("exec: DAG whose ideal time is 6 s", await Cases.RepeatAsync(2, () => RunAsync(folder.Make("dag", Dag), binary, "exec", "--executor", "shell", "--jobs", "4")));
        Report.Times("ci list: one job", await Cases.RepeatAsync(runs, () => RunAsync(one, binary, "ci", "list")));
        Report.Times("ci list: 1,000 jobs with rules and matrix", await Cases.RepeatAsync(runs, () => RunAsync(folder.Make("many", Many()), binary, "ci", "list")));
        if (Peer is { } peer)
        {
            Report.Times("gitlab-ci-local: one shell job", await Cases.RepeatAsync(runs, () => RunAsync(one, peer)));
            Report.Times("gitlab-ci-local: DAG whose ideal time is 6 s", await Cases.RepeatAsync(2, () => RunAsync(folder.Make("dag", Dag), peer)));
            Report.Times("gitlab-ci-local: list of one job", await Cases.RepeatAsync(runs, () => RunAsync(one, peer, "--list")));
        }

        PlainHome = null;
    }

    /// <summary>The program of the npm package, where it is installed: <c>GITLAB_CI_LOCAL=path bench/turnaround/run</c>.</summary>
    public static string? Peer => Environment.GetEnvironmentVariable("GITLAB_CI_LOCAL") is { Length: > 0 } path ? path : null;

    private static async Task OneJobAsync(string binary, string project, int runs, string where)
    {
        var login = await Cases.RepeatAsync(runs, () => RunAsync(project, "bash", "-lc", "echo hello world"));
        Report.Times("bash -lc of the job's script" + where, login);
        var exec = await Cases.RepeatAsync(runs, () => RunAsync(project, binary, "exec", "--executor", "shell"));
        Report.Times("exec: one shell job" + where, exec);
        Report.Ratio("  ratio to the bare script", exec, login);
    }

    // 200 jobs with rules, each with five matrix values.
    private static string Many()
    {
        var text = new StringBuilder("stages: [build, test, deploy]\n");
        for (var i = 0; i < 200; i++)
        {
            var stage = (i % 3) switch { 0 => "build", 1 => "test", _ => "deploy" };
            text.Append(CultureInfo.InvariantCulture, $"""
                job-{i}:
                  stage: {stage}
                  script: [echo one, echo two]
                  parallel:
                    matrix:
                      - TARGET: [a, b, c, d, e]
                  rules:
                    - if: $CI_COMMIT_TAG
                      when: never
                    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH =~ /^(main|release)/

                """);
        }

        return text.ToString();
    }

    /// <summary>A home without profile files; null for the user's own.</summary>
    private static string? PlainHome { get; set; }

    public static async Task RunAsync(string folder, string file, params string[] arguments)
    {
        using var process = Start(folder, file, arguments);
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        }
    }

    // The kernel forgets the figure with the process, so it is read again and again while it lives.
    private static async Task<long> PeakAsync(string folder, string binary)
    {
        using var process = Start(folder, binary, "exec", "--executor", "shell");
        var peak = 0L;
        while (!process.HasExited)
        {
            try
            {
                var line = File.ReadLines($"/proc/{process.Id}/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
                peak = Math.Max(peak, line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024);
            }
            catch (IOException)
            {
                break;
            }

            await Task.Delay(2);
        }

        return peak;
    }

    public static Process Start(string folder, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        if (PlainHome is not null)
        {
            start.Environment["HOME"] = PlainHome;
        }

        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
