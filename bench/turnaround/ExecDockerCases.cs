namespace Gantry.Turnaround;

/// <summary><c>gantry exec</c> with containers, against bare <c>docker run</c> of the same run.</summary>
internal static class ExecDockerCases
{
    private const string Image = "gantry-test/busybox:latest";
    private const int Parallel = 10;

    public static async Task ReportAsync(string binary, int runs)
    {
        using var folder = new Projects();
        var bare = await Cases.RepeatAsync(runs, () => Cases.RunAsync("docker", "run", "--rm", Image, "true"));
        Report.Times($"docker run --rm {Image} true", bare);
        var job = $"job:\n  image: {Image}\n  script: 'true'\n";
        var one = await MeasureAsync(folder.Make("one", job), binary, runs);
        Report.Times("exec: one docker job", one);
        Report.Ratio("  ratio to docker run (goal 1.8)", one, bare);

        var ten = await Cases.RepeatAsync(runs, () => Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => Cases.RunAsync("docker", "run", "--rm", Image, "true"))));
        Report.Times($"{Parallel} docker run --rm at once", ten);
        var parallel = await MeasureAsync(folder.Make("ten", job + $"  parallel: {Parallel}\n"), binary, runs, "--jobs", "10");
        Report.Times($"exec: {Parallel} docker jobs at once", parallel);
        Report.Ratio("  ratio to docker run (goal 1.3)", parallel, ten);

        var large = await MeasureAsync(folder.Make("large", job, files: 20_000), binary, Math.Max(3, runs / 2));
        Report.Times("exec: docker job, 20,000 files", large);
        Report.Difference("  over the trivial one (goal 1.0 s)", large, one);
    }

    private static Task<List<TimeSpan>> MeasureAsync(string folder, string binary, int runs, params string[] flags) =>
        Cases.RepeatAsync(runs, () => ExecCases.RunAsync(folder, binary, ["exec", "--executor", "docker", .. flags]));
}
