namespace Gantry.Turnaround;

/// <summary>The docker executor against bare <c>docker run</c> of the same run.</summary>
internal sealed class DockerCases(string binary, int runs)
{
    private const string Image = "gantry-test/busybox:latest";
    private const string Service = "gantry-test/web:latest";
    private const int Parallel = 10;
    private const long Gigabyte = 1_000_000_000;

    private static readonly string[] Flags = ["--executor", "docker", "--docker-image", Image, "--docker-pull-policy", "never"];

    /// <param name="full">With the long ones.</param>
    public async Task RunAsync(bool full)
    {
        var bare = await BareAsync(runs);
        Report.Times($"docker run --rm {Image} true", bare);
        var trivial = await TrivialAsync(bare);
        await CallsAsync();
        await ParallelAsync();
        await ServiceAsync(trivial);
        await RepositoryAsync(trivial);
        if (full)
        {
            await OutputAsync();
        }
    }

    private static Task<List<TimeSpan>> BareAsync(int runs) => Cases.RepeatAsync(runs, () => Cases.RunAsync("docker", "run", "--rm", Image, "true"));

    private async Task<IReadOnlyList<TimeSpan>> TrivialAsync(List<TimeSpan> bare)
    {
        await using var stage = await Stage.OpenAsync(binary, new StageSpec { Pipeline = "job:\n  script: 'true'\n", Flags = Flags });
        await Cases.PipelineAsync(stage, runs);
        Report.Times("trivial docker job: handed out to accepted", stage.JobTimes);
        Report.Ratio("  ratio to docker run (goal 1.5)", stage.JobTimes, bare);
        Report.Phases(stage.Phases);
        return stage.JobTimes;
    }

    private async Task CallsAsync()
    {
        var folder = Directory.CreateTempSubdirectory("gantry-bench-");
        await using (var counter = new CallCounter(Path.Combine(folder.FullName, "engine.sock")))
        await using (var stage = await Stage.OpenAsync(
            binary, new StageSpec { Pipeline = "job:\n  script: 'true'\n", Flags = [.. Flags, "--docker-host", "unix://" + counter.Path] }))
        {
            await stage.RunPipelineAsync();
            counter.Take();
            await stage.RunPipelineAsync();
            var calls = counter.Take();
            Console.WriteLine($"engine calls of that job (goal 14): {calls.Count}, container starts (goal 1): {calls.Count(call => call.EndsWith("/start", StringComparison.Ordinal))}");
            foreach (var call in calls)
            {
                Console.WriteLine($"    {call}");
            }
        }

        folder.Delete(recursive: true);
    }

    private async Task ParallelAsync()
    {
        var bare = await Cases.RepeatAsync(runs, () => Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => Cases.RunAsync("docker", "run", "--rm", Image, "true"))));
        Report.Times($"{Parallel} docker run --rm at once", bare);
        await using var stage = await Stage.OpenAsync(
            binary, new StageSpec { Pipeline = $"job:\n  parallel: {Parallel}\n  script: 'true'\n", Flags = Flags, Concurrent = Parallel });
        await Cases.PipelineAsync(stage, runs);
        Report.Times($"{Parallel} docker jobs: created to finished", stage.ServerTimes);
        Report.Ratio("  ratio to docker run (goal 1.2)", stage.ServerTimes, bare);
    }

    private async Task ServiceAsync(IReadOnlyList<TimeSpan> trivial)
    {
        await using var stage = await Stage.OpenAsync(
            binary, new StageSpec { Pipeline = $"job:\n  services: ['{Service}']\n  script: 'true'\n", Flags = Flags });
        await Cases.PipelineAsync(stage, runs);
        Report.Times("job with a service and a port", stage.JobTimes);
        Report.Ratio("  ratio to the trivial job", stage.JobTimes, trivial);
    }

    private async Task RepositoryAsync(IReadOnlyList<TimeSpan> trivial)
    {
        await using var stage = await Stage.OpenAsync(binary, new StageSpec
        {
            Pipeline = "stages: [a, b]\nfirst:\n  stage: a\n  script: 'true'\nsecond:\n  stage: b\n  script: test -f folder0/file1.txt\n",
            Flags = Flags,
            Files = 20_000,
        });
        await Cases.PipelineAsync(stage, Math.Max(3, runs / 2));
        Report.Times("20,000 files: first job of a pipeline", [.. stage.JobTimes.Where((_, i) => i % 2 == 0)]);
        List<TimeSpan> second = [.. stage.JobTimes.Where((_, i) => i % 2 == 1)];
        Report.Times("20,000 files: second job", second);
        Report.Ratio("  ratio to the trivial job (goal 1.3)", second, trivial);
        Report.Phases([.. stage.Phases.Where((_, i) => i % 2 == 1)]);
    }

    private async Task OutputAsync()
    {
        string[] print = ["sh", "-c", $"yes \"$(printf '%099d' 0)\" | head -c {Gigabyte}"];
        var bare = await Cases.RepeatAsync(1, () => Cases.RunAsync("docker", ["run", "--rm", Image, .. print]));
        Report.Rate("1 GB from docker run to a pipe", bare[0], Gigabyte);
        await using var stage = await Stage.OpenAsync(binary, new StageSpec
        {
            Pipeline = $"job:\n  script:\n    - (yes \"$(printf '%099d' 0)\" || true) | head -c {Gigabyte}\n",
            Flags = [.. Flags, "--output-limit", "2000000"],
            ServerFlags = ["--max-trace-size", "2000"],
        });
        await stage.RunPipelineAsync();
        Report.Rate("1 GB from a docker job", stage.JobTimes[0], Gigabyte);
        Report.Ratio("  time against docker run (goal 1.1)", stage.JobTimes, bare);
        Report.Phases(stage.Phases);
        Report.Memory("  gantry run, most resident", Cases.Peak(stage.Runner.Id));
    }
}
