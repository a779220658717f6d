using System.Diagnostics;
using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Operators;

/// <summary>Many small jobs one after the other and at once: nothing may pile up. 5,000 jobs with <c>./test --full</c>, or as many as GANTRY_SOAK_JOBS says.</summary>
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan RoundLimit = TimeSpan.FromMinutes(10);

    private readonly ScratchFolder _scratch = new();

    [Fact(Timeout = 900_000)]
    public Task Dozens_of_jobs_leave_no_memory_processes_or_files_behind() => SoakAsync(rounds: 2, perRound: 20);

    [Fact(Timeout = 3_600_000)]
    [Trait("Needs", "Full")]
    public Task Thousands_of_jobs_leave_no_memory_processes_or_files_behind() => SoakAsync(
        Environment.GetEnvironmentVariable("GANTRY_SOAK_JOBS") is { Length: > 0 } jobs ? int.Parse(jobs, System.Globalization.CultureInfo.InvariantCulture) / 50 : 100,
        perRound: 50);

    public void Dispose() => _scratch.Dispose();

    private async Task SoakAsync(int rounds, int perRound)
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server, before: "concurrent = 50\ncheck_interval = 1\n");
        var project = await server.CreateProjectAsync("soak");
        // The first round fills pools and caches; it does not count.
        await RoundAsync(server, project, 0, perRound);
        var (memory, files) = (Memory(runner.Process.Id), Files(runner.Process.Id));
        var (ownBefore, scriptsBefore, serverBefore) = (Cpu(runner.Process.Id), Cpu(runner.Process.Id, ofChildren: true), Cpu(server.Process.Id));
        var clock = Stopwatch.StartNew();
        for (var round = 1; round <= rounds; round++)
        {
            await RoundAsync(server, project, round, perRound);
        }

        var seconds = clock.Elapsed.TotalSeconds;
        var (memoryAfter, filesAfter) = (Memory(runner.Process.Id), Files(runner.Process.Id));
        output.WriteLine(
            $"soak: {rounds * perRound} jobs, {rounds * perRound / seconds:0.0} jobs/s, memory {memory >> 20} MiB -> {memoryAfter >> 20} MiB, open files {files} -> {filesAfter}");
        var jobs = rounds * perRound;
        output.WriteLine(
            $"processor time per job: runner {(Cpu(runner.Process.Id) - ownBefore) / jobs:0.0} ms, its scripts {(Cpu(runner.Process.Id, ofChildren: true) - scriptsBefore) / jobs:0.0} ms, server {(Cpu(server.Process.Id) - serverBefore) / jobs:0.0} ms");
        Assert.True(memoryAfter < memory + (48 << 20), $"memory grew from {memory >> 20} to {memoryAfter >> 20} MiB");
        Assert.True(filesAfter <= files + 60, $"open files grew from {files} to {filesAfter}");
        await Eventually.IsAsync(() => Task.FromResult(Children(runner.Process.Id) == 0), "all children of the daemon to end");
        // The server hears of success before the runner has put the job's journal away.
        await Eventually.IsAsync(
            () => Task.FromResult(!Directory.EnumerateFileSystemEntries(Path.Combine(runner.Folder, "state", "jobs")).Any()), "the journals of all jobs to be gone");
    }

    private static async Task RoundAsync(GantryServer server, long project, int round, int jobs)
    {
        var sha = await server.PushAsync(project, (".gitlab-ci.yml", $"""
            job:
              parallel: {jobs}
              variables: {"{"} GIT_STRATEGY: none {"}"}
              script: echo round {round}

            """));
        var status = await Eventually.GetAsync(
            async () =>
            {
                var pipelines = await server.GetAsync($"projects/{project}/pipelines?sha={sha}");
                var now = pipelines.GetArrayLength() > 0 ? pipelines[0].GetProperty("status").GetString() : null;
                return now is "success" or "failed" or "canceled" ? now : null;
            },
            $"round {round} to end", RoundLimit);
        Assert.Equal("success", status);
    }

    private static long Memory(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Milliseconds of user and kernel time, of the process itself or of its children that have ended.</summary>
    private static double Cpu(int process, bool ofChildren = false)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        // Behind the name: state, parent, ... In ticks of ten milliseconds.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return fields[ofChildren ? 13..15 : 11..13].Sum(ticks => double.Parse(ticks, System.Globalization.CultureInfo.InvariantCulture)) * 10;
    }

    private static int Files(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    private static int Children(int process) =>
        File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
}
