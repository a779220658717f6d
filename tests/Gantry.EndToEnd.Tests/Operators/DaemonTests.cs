using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Operators;

/// <summary>What an operator does to a running daemon: edit its file, signal it, drain it, look at it.</summary>
public sealed class DaemonTests : IDisposable
{
    private const int Limit = 180_000;

    private readonly ScratchFolder _scratch = new();

    [Fact(Timeout = Limit)]
    public async Task A_changed_file_is_taken_over_and_a_broken_one_leaves_the_daemon_as_it_is()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        await runner.SaysAsync("Initializing executor providers");
        var good = await File.ReadAllTextAsync(runner.Config, TestContext.Current.CancellationToken);

        await WriteAsync(runner, good.Replace("concurrent = 1", "concurrent = 7", StringComparison.Ordinal));
        await runner.StatusSaysAsync("of 7 running");

        await WriteAsync(runner, good + "\nconcurrent = [\n");
        await runner.SaysAsync("Failed to load config");
        await runner.StatusSaysAsync("the file on disk is broken; an earlier one is in force");
        Assert.Contains("of 7 running", await runner.StatusAsync(), StringComparison.Ordinal);

        await WriteAsync(runner, good.Replace("concurrent = 1", "concurrent = 3", StringComparison.Ordinal));
        runner.Process.Signal("HUP");
        await runner.StatusSaysAsync("of 3 running");
        var project = await server.CreateProjectAsync("after-reload");
        var sha = await server.PushAsync(project, (".gitlab-ci.yml", "job:\n  script: echo still here\n"));
        Assert.Equal("success", (await server.PipelineAsync(project, sha)).GetProperty("status").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task A_drained_daemon_finishes_its_job_and_takes_no_other_until_it_is_undrained()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var go = Path.Combine(_scratch.Path, "go");
        var (project, _) = await StartJobAsync(server, $"until [ -e {go} ]; do sleep 0.1; done");
        Assert.Contains("step_script", await runner.StatusSaysAsync("step_script"), StringComparison.Ordinal);

        Assert.Contains("1 job running", await runner.CommandAsync("drain"), StringComparison.Ordinal);
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        await server.JobAsync(project, "first", "success");
        Assert.Contains("No job runs any more.", await runner.CommandAsync("drain", "--wait", "--timeout", "60s"), StringComparison.Ordinal);
        await server.JobAsync(project, "second", "pending");
        Assert.Contains("draining", await runner.StatusAsync(), StringComparison.Ordinal);

        await runner.CommandAsync("undrain");
        await server.JobAsync(project, "second", "success");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(runner.Folder, "state", "control.sock")));
        Assert.Contains("second", await server.TraceAsync(project, await server.JobAsync(project, "second", "success")), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task SIGQUIT_lets_the_job_finish_and_ends_with_zero()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var go = Path.Combine(_scratch.Path, "go");
        var (project, _) = await StartJobAsync(server, $"until [ -e {go} ]; do sleep 0.1; done");
        await runner.StatusSaysAsync("step_script");

        runner.Process.Signal("QUIT");
        await runner.SaysAsync("Starting graceful shutdown, waiting for builds to finish");
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);

        Assert.Equal(0, await runner.Process.WaitAsync());
        await server.JobAsync(project, "first", "success");
        await server.JobAsync(project, "second", "pending");
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(runner.Folder, "state", "jobs")));
    }

    [Fact(Timeout = Limit)]
    public async Task A_daemon_that_nohup_or_a_script_started_heeds_SIGHUP_and_SIGQUIT()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var first = await GantryRunner.StartAsync(_scratch, server);
        await first.SaysAsync("Initializing executor providers");
        first.Process.Signal("TERM");
        Assert.Equal(0, await first.Process.WaitAsync());
        await using var runner = GantryRunner.RestartIgnoringSignals(first);
        await runner.StatusSaysAsync("of 1 running");
        await WriteAsync(runner, (await File.ReadAllTextAsync(runner.Config, TestContext.Current.CancellationToken)).Replace("concurrent = 1", "concurrent = 3", StringComparison.Ordinal));

        runner.Process.Signal("HUP");
        await runner.StatusSaysAsync("of 3 running");
        runner.Process.Signal("INT");
        runner.Process.Signal("QUIT");

        Assert.Equal(0, await runner.Process.WaitAsync());
        Assert.Contains("Starting graceful shutdown", runner.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("forceful", runner.Process.Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData("TERM", "terminated")]
    [InlineData("INT", "interrupt")]
    public async Task SIGTERM_and_SIGINT_end_the_job_report_it_and_end_with_zero(string signal, string word)
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var (project, _) = await StartJobAsync(server, "sleep 600");
        await runner.StatusSaysAsync("step_script");

        runner.Process.Signal(signal);

        Assert.Equal(0, await runner.Process.WaitAsync());
        Assert.Contains("Starting forceful shutdown", runner.Process.Output, StringComparison.Ordinal);
        var job = await server.JobAsync(project, "first", "failed");
        Assert.Contains($"aborted: {word}", await server.TraceAsync(project, job), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_second_daemon_with_the_same_state_is_refused()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        await runner.SaysAsync("Initializing executor providers");

        var output = await RunningProcess.RunAsync(
            GantryBinary.Path, ["run", "--config", runner.Config, "--state-dir", Path.Combine(runner.Folder, "state")], expected: 1);

        Assert.Contains("another daemon already works with the state folder", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Metrics_are_clean_for_promtool_and_name_the_running_job()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server, before: "listen_address = \"127.0.0.1:0\"\nconcurrent = 2\n");
        var (project, _) = await StartJobAsync(server, "echo first", "sleep 600");
        await runner.StatusSaysAsync("step_script");
        var address = await runner.MetricsAddressAsync();
        using var http = new HttpClient { BaseAddress = new Uri(address) };

        var metrics = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        var jobs = await http.GetStringAsync("/debug/jobs/list", TestContext.Current.CancellationToken);

        Assert.Contains("stage=\"step_script\"", metrics, StringComparison.Ordinal);
        Assert.Matches(@"^url=http://\S+/-/jobs/\d+ state=running stage=step_script executor_stage=run duration=\S+\n$", jobs);
        Assert.Equal("ready\n", await http.GetStringAsync("/health/ready", TestContext.Current.CancellationToken));
        var file = Path.Combine(_scratch.Path, "metrics");
        await File.WriteAllTextAsync(file, metrics, TestContext.Current.CancellationToken);
        Assert.Equal("", (await RunningProcess.RunAsync("sh", ["-c", $"promtool check metrics < {file}"])).Trim());
        // One job has ended, one runs.
        Assert.Matches("gantry_job_phase_seconds_count{[^}]*stage=\"[a-z_]+\"} 1\n", metrics);
        Assert.Contains("second", await runner.CommandAsync("top", "--once"), StringComparison.Ordinal);
        await server.JobAsync(project, "first", "success");
    }

    public void Dispose() => _scratch.Dispose();

    /// <summary>A pipeline of two jobs; the last one with a script of the test's runs when this returns.</summary>
    private static async Task<(long Project, string Sha)> StartJobAsync(GantryServer server, string script, string? next = null)
    {
        var project = await server.CreateProjectAsync("daemon");
        var sha = await server.PushAsync(project, (".gitlab-ci.yml", $"""
            stages: [one, two]
            first: {"{"} stage: one, script: ['{script}'] {"}"}
            second: {"{"} stage: two, script: ['{next ?? "echo second"}'] {"}"}

            """));
        await server.JobAsync(project, next is null ? "first" : "second", "running");
        return (project, sha);
    }

    private static async Task WriteAsync(GantryRunner runner, string text) =>
        await File.WriteAllTextAsync(runner.Config, text, TestContext.Current.CancellationToken);
}
