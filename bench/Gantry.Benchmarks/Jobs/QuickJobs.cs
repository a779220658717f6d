using System.Diagnostics;
using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Executors.Shell;
using Gantry.Protocol.Jobs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Benchmarks.Jobs;

/// <summary>Shell jobs with the coordinator in the same process: time over the bare script, memory per job that runs.</summary>
internal static class QuickJobs
{
    /// <summary>The argument that measures in the home that is there.</summary>
    public const string Here = "jobs-here";

    private const string Script = "echo hello world";
    private const int Many = 200;

    /// <summary>Jobs run in login shells: what this user's profile does must not be measured, so this program runs again in an empty home.</summary>
    public static async Task InEmptyHomeAsync(string argument)
    {
        var home = Directory.CreateTempSubdirectory("gantry-home-").FullName;
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [argument]) { Environment = { ["HOME"] = home } })!;
            await process.WaitForExitAsync();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    public static async Task RunAsync(TextWriter output, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("gantry-bench-").FullName;
        try
        {
            await TimeAsync(output, folder, rounds);
            await MemoryAsync(output, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task TimeAsync(TextWriter output, string folder, int rounds)
    {
        await JobAsync(folder, 1, Script);
        var bare = new List<TimeSpan>();
        var login = new List<TimeSpan>();
        var job = new List<TimeSpan>();
        for (var i = 0; i < rounds; i++)
        {
            bare.Add(await TimedAsync(() => BashAsync("-c", Script)));
            login.Add(await TimedAsync(() => BashAsync("--login", "-c", Script)));
            job.Add(await TimedAsync(() => JobAsync(folder, 1, Script)));
        }

        Report(output, "bash -c of the script", bare);
        Report(output, "bash --login -c of the script", login);
        Report(output, "shell job, in-process coordinator", job);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"over bash: best {(job.Min() - bare.Min()).TotalMilliseconds:F0} ms, median {(Median(job) - Median(bare)).TotalMilliseconds:F0} ms"));
    }

    private static async Task MemoryAsync(TextWriter output, string folder)
    {
        var gate = Path.Combine(folder, "gate");
        var wait = $"while [ ! -e '{gate}' ]; do sleep 0.2; done";
        var one = await ResidentWhileAsync(folder, gate, wait, 1);
        var many = await ResidentWhileAsync(folder, gate, wait, Many);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"resident with 1 job {one / 1e6:F1} MB, with {Many} jobs {many / 1e6:F1} MB: {(many - one) / 1e6 / (Many - 1):F2} MB per further job"));
    }

    private static async Task<long> ResidentWhileAsync(string folder, string gate, string script, int jobs)
    {
        File.Delete(gate);
        var running = Enumerable.Range(1, jobs).Select(number => JobAsync(folder, number, script + $" # {number}", Path.Combine(folder, $"up-{number}"))).ToList();
        while (Enumerable.Range(1, jobs).Any(number => !File.Exists(Path.Combine(folder, $"up-{number}"))))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        await File.WriteAllTextAsync(gate, "");
        await Task.WhenAll(running);
        for (var number = 1; number <= jobs; number++)
        {
            File.Delete(Path.Combine(folder, $"up-{number}"));
        }

        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static async Task JobAsync(string folder, int number, string script, string? sign = null)
    {
        var assignment = new JobAssignment
        {
            Payload = Payload(number, sign is null ? script : $"touch '{sign}'; {script}"),
            Runner = BenchRunner.Of("shell"),
            Executor = new ShellExecutor("", folder, TimeProvider.System),
            Link = new QuietLink(),
            Numbers = new JobNumbers(number, number),
            JournalRoot = Path.Combine(folder, "jobs"),
        };
        using var lifetime = new JobLifetime(TimeProvider.System);
        var verdict = await new JobRun(assignment, lifetime, TimeProvider.System, NullLogger.Instance).RunAsync(CancellationToken.None);
        if (verdict is not JobVerdict.Succeeded)
        {
            throw new InvalidOperationException($"the job ended with {verdict}");
        }
    }

    private static JobPayload Payload(int number, string script) => new()
    {
        Id = number,
        Token = "glcbt-bench",
        JobInfo = new JobIdentity { Name = "bench", Stage = "test", ProjectId = 1, ProjectName = "bench" },
        GitInfo = new GitReference { RepoUrl = "https://gitlab.example.com/group/bench.git", Ref = "main", Sha = new string('a', 40), RefType = "branch" },
        RunnerInfo = new RunnerLimits { Timeout = 3600 },
        Variables =
        [
            new JobVariable { Key = "CI_PROJECT_PATH", Value = "group/bench", Public = true },
            new JobVariable { Key = "GIT_STRATEGY", Value = "none", Public = true },
        ],
        Steps = [new JobStep { Name = "script", Script = [script] }],
    };

    private static async Task<TimeSpan> TimedAsync(Func<Task> run)
    {
        var started = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task BashAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
    }

    private static void Report(TextWriter output, string what, List<TimeSpan> times) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what,-40} best {times.Min().TotalMilliseconds,7:F1} ms  median {Median(times).TotalMilliseconds,7:F1} ms"));

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);
}
