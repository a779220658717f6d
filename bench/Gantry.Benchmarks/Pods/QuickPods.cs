using System.Diagnostics;
using System.Globalization;
using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Engine.Traces;
using Gantry.Executors.Kubernetes;
using Gantry.Executors.Kubernetes.Settings;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Benchmarks.Pods;

/// <summary>
/// Scripts that outlive their connections (docs/adr/0026) against the same scripts in a pod that can keep nothing, where they are run as
/// they come. The cluster is the tests' own, on the Docker Engine of this machine, with the images of <c>eng/engine/images --debian</c>.
/// Rounds alternate, so that what else the machine does hits both.
/// </summary>
internal static class QuickPods
{
    private const int Megabytes = 100;

    private static readonly string[] Images = ["gantry-test/debian:bookworm", "gantry-test/busybox:latest"];

    /// <summary>What all processes of the container have used, in microseconds.</summary>
    private const string Usage = "if read -r n 2>/dev/null < /sys/fs/cgroup/cpuacct/cpuacct.usage; then echo $((n / 1000)); else read -r x n < /sys/fs/cgroup/cpu.stat; echo $n; fi\n";

    private const string Lines = "i=0; while [ $i -lt 14564 ]; do echo 'src/a/path/of/some/file.c:1234:56: warning: a line as builds print it'; i=$((i + 1)); done > /builds/lines\n";

    private static readonly (string Name, string Text)[] Scripts =
    [
        ("100 MiB of output", $"i=0; while [ $i -lt {Megabytes} ]; do cat /builds/lines; i=$((i + 1)); done\n"),
        ("echo hello", "echo hello\n"),
    ];

    public static async Task RunAsync(TextWriter output, int rounds)
    {
        foreach (var image in Images)
        {
            var folder = Directory.CreateTempSubdirectory("gantry-bench-").FullName;
            try
            {
                await using var cluster = await FakeCluster.StartAsync();
                await using var bare = await Place.MakeAsync(cluster, image, keeps: false, folder);
                await using var lasting = await Place.MakeAsync(cluster, image, keeps: true, folder);
                foreach (var (name, text) in Scripts)
                {
                    for (var round = 0; round < rounds; round++)
                    {
                        await bare.TimeAsync(text);
                        await lasting.TimeAsync(text);
                    }

                    Report(output, image, name, bare, lasting);
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static void Report(TextWriter output, string image, string name, Place bare, Place lasting)
    {
        output.WriteLine($"{image}, {name}");
        foreach (var (what, runs) in new[] { ("as it comes", bare.Runs), ("outlives its connection", lasting.Runs) })
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {what,-26} best {runs.Min(run => run.Time),6:F0} ms  median {Median(runs.Select(run => run.Time)),6:F0} ms  processor in the pod {Median(runs.Select(run => run.Pod)),6:F0} ms  of the runner {Median(runs.Select(run => run.Runner)),6:F0} ms"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  ratio                      best {lasting.Runs.Min(run => run.Time) / bare.Runs.Min(run => run.Time),6:F2}     median {Median(lasting.Runs.Select(run => run.Time)) / Median(bare.Runs.Select(run => run.Time)),6:F2}"));
        bare.Runs.Clear();
        lasting.Runs.Clear();
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>A pod, and how long what ran in it took, in milliseconds.</summary>
    private sealed class Place(IJobEnvironment environment, KubernetesExecutor executor, string spool) : IAsyncDisposable
    {
        public List<(double Time, double Pod, double Runner)> Runs { get; } = [];

        public static async Task<Place> MakeAsync(FakeCluster cluster, string image, bool keeps, string root)
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, keeps ? "lasting" : "bare")).FullName;
            var settings = new KubernetesSettings { Host = cluster.Url, BearerToken = new Secret(FakeCluster.Token), Namespace = "bench", PollInterval = 3 };
            var payload = Payload(image, keeps);
            if (!keeps)
            {
                settings = settings with
                {
                    PodSpec = [new PodSpecPatch { Name = "no logs", PatchType = "json", Patch = """[{"op":"remove","path":"/containers/0/volumeMounts/1"}]""" }],
                    BuildSecurityContext = settings.BuildSecurityContext with { RunAsUser = 1000 },
                };
            }

            var executor = new KubernetesExecutor(settings, null, new KubernetesSurroundings { StateFolder = folder }, "bench", TimeProvider.System, NullLogger<KubernetesExecutor>.Instance);
            var plan = JobPlanner.Compile(PlanRequests.Of(payload, BenchRunner.Of("kubernetes"), executor.Traits, new JobNumbers(0, 0)));
            var request = new EnvironmentRequest { Plan = ((Compilation.Planned)plan).Plan, JobFolder = folder };
            using var log = TraceSpool.Open(Path.Combine(folder, "preparing"), null);
            var place = new Place(
                await executor.PrepareAsync(request, new JobLog(log, new JobLogSettings(), TimeProvider.System), CancellationToken.None), executor, Path.Combine(folder, "trace"));
            await place.OutputOfAsync(Lines);
            return place;
        }

        public async Task TimeAsync(string script)
        {
            var pod = double.Parse(await OutputOfAsync(Usage), CultureInfo.InvariantCulture);
            using var process = Process.GetCurrentProcess();
            var runner = process.TotalProcessorTime;
            var started = Stopwatch.GetTimestamp();
            await OutputOfAsync(script);
            var time = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            process.Refresh();
            var used = (process.TotalProcessorTime - runner).TotalMilliseconds;
            Runs.Add((time, (double.Parse(await OutputOfAsync(Usage), CultureInfo.InvariantCulture) - pod) / 1000, used));
        }

        public async ValueTask DisposeAsync()
        {
            await environment.DisposeAsync();
            executor.Dispose();
        }

        private async Task<string> OutputOfAsync(string script)
        {
            File.Delete(spool);
            using var kept = TraceSpool.Open(spool, null);
            var log = new JobLog(kept, new JobLogSettings(), TimeProvider.System);
            var exit = await environment.RunAsync(new StageScript("step_script", script, StagePlace.Build), log, CancellationToken.None);
            if (exit != ScriptExit.Success)
            {
                throw new InvalidOperationException($"the script ended with {exit}");
            }

            log.EndStreams();
            return kept.Size > 1000 ? "" : (await File.ReadAllTextAsync(spool)).Trim().Split(' ')[^1];
        }

        private static JobPayload Payload(string image, bool keeps) => new()
        {
            Id = Random.Shared.NextInt64(1, int.MaxValue),
            Token = "glcbt-bench",
            Image = new JobImage { Name = image },
            JobInfo = new JobIdentity { Name = "bench", Stage = "test", ProjectId = 1, ProjectName = "bench" },
            GitInfo = new GitReference { RepoUrl = "https://gitlab.example.com/group/bench.git", Ref = "main", Sha = new string('a', 40), RefType = "branch" },
            RunnerInfo = new RunnerLimits { Timeout = 3600 },
            Variables = [.. keeps ? [] : new[] { new JobVariable { Key = "FF_USE_ADVANCED_POD_SPEC_CONFIGURATION", Value = "true", Public = true } }],
            Steps = [new JobStep { Name = "script", Script = ["true"] }],
        };
    }
}
