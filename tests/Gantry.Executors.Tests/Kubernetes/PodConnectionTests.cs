using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Tests.Docker;
using Gantry.Protocol;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Kubernetes;

namespace Gantry.Executors.Tests.Kubernetes;

/// <summary>Scripts whose connection to the API server breaks while they run (docs/adr/0026).</summary>
[Trait("Needs", "DockerEngine")]
public sealed class PodConnectionTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    private const int Limit = 120_000;

    private const string Talk = "echo first\nseq 1 20000\nsleep 0.4\nprintf 'no end of line' >&2\nexit 7\n";

    private static readonly string Said = "first\n" + string.Join('\n', Enumerable.Range(1, 20_000)) + "\nno end of line";

    private static readonly ExecCut BeforeFirst = new() { Output = 0 };
    private static readonly ExecCut Soon = new() { Output = 3 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task A_script_goes_on_and_its_output_comes_once_wherever_the_connection_breaks()
    {
        await using var bench = await StartAsync();
        await using var place = await bench.PrepareAsync(Token);

        foreach (var cuts in (ExecCut[][])[[BeforeFirst], [Soon, new() { Output = 40_000 }], [new() { Output = Said.Length - 1 }], [new() { Output = Said.Length }], [new() { BeforeStatus = true }]])
        {
            bench.Cluster.CutScripts(cuts);
            var log = new RecordingJobLog();

            var exit = await place.RunAsync(new StageScript("step_script", Talk, StagePlace.Build), log, Token);

            Assert.Equal(Said, log.Output);
            Assert.Equal(new ScriptExit(7, "command terminated with exit code 7"), exit);
            Assert.StartsWith("WARNING: The connection to the script in pod", Assert.Single(log.Lines), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_script_runs_once_when_it_did_not_reach_the_pod_whole_or_nobody_knows()
    {
        await using var bench = await StartAsync();
        await using var place = await bench.PrepareAsync(Token);

        foreach (var cut in (ExecCut[])[new() { InInput = true }, new() { AfterInput = true }])
        {
            bench.Cluster.CutScripts(cut);
            Assert.Equal(ScriptExit.Success, await bench.ScriptAsync(place, "echo x >> /builds/runs", Token));
        }

        await bench.ScriptAsync(place, "cat /builds/runs", Token);
        Assert.Equal("x\nx\n", bench.Log.Output);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_server_that_is_away_for_a_while_is_waited_for()
    {
        await using var bench = await StartAsync();
        bench.Settings = bench.Settings with { RetryLimit = 1 };
        await using var place = await bench.PrepareAsync(Token);
        bench.Cluster.CutScripts(Soon);
        bench.Cluster.Refuse(call => call.Path.Contains("/exec?", StringComparison.Ordinal) && call.Path.Contains("kill -9", StringComparison.Ordinal), 503, "the server is starting", times: 3);

        Assert.Equal(7, (await place.RunAsync(new StageScript("step_script", Talk, StagePlace.Build), bench.Log, Token)).Code);

        Assert.Equal(Said, bench.Log.Output);
        Assert.Contains(bench.Operator.Messages, message => message.Contains("Trying again from byte 3", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_pod_that_goes_while_there_is_no_connection_ends_the_script_with_the_reason()
    {
        await using var bench = await StartAsync();
        await using var place = await bench.PrepareAsync(Token);
        bench.Cluster.CutScripts(Soon);

        var script = bench.ScriptAsync(place, "echo begun; sleep 1000", Token);
        await ThereIsAsync(() => bench.Log.Output.Length > 0);
        bench.Cluster.Refuse(call => call.Path.Contains("/exec?", StringComparison.Ordinal), 503, "the server is starting");
        await bench.Cluster.EvictAsync(Token);

        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => script);
        Assert.Equal(FailureReason.RunnerSystemFailure, broken.Reason);
        Assert.Contains("status is \"Failed\": reason \"Evicted\"", broken.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_cancel_reaches_a_script_that_is_followed_over_a_new_connection()
    {
        await using var bench = await StartAsync();
        bench.Jobs.Runner = bench.Jobs.Runner with { GracefulKillTimeout = TimeSpan.FromSeconds(3) };
        await using var place = await bench.PrepareAsync(Token);
        using var cancel = new CancellationTokenSource();
        bench.Cluster.CutScripts(Soon);

        var script = bench.ScriptAsync(place, "trap 'echo cleaned; exit 1' TERM\necho begun\nsleep 1000 & wait $!", cancel.Token);
        await ThereIsAsync(() => bench.Log.Output.Contains("begun\n", StringComparison.Ordinal));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => script);
        Assert.StartsWith("begun\n", bench.Log.Output, StringComparison.Ordinal);
        Assert.EndsWith("cleaned\n", bench.Log.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await bench.ScriptAsync(place, "ps | grep -q '[s]leep 1000'", Token)).Code);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_script_that_is_not_in_the_pod_when_its_job_is_cancelled_never_begins()
    {
        await using var bench = await StartAsync();
        bench.Settings = bench.Settings with { RetryLimit = 1 };
        bench.Jobs.Runner = bench.Jobs.Runner with { GracefulKillTimeout = TimeSpan.FromSeconds(3) };
        await using var place = await bench.PrepareAsync(Token);
        using var cancel = new CancellationTokenSource();
        // The server is back when those that run have been asked to end.
        bench.Cluster.Refuse(call => call.Path.Contains("n=$3", StringComparison.Ordinal)
            && !bench.Cluster.Calls.Any(other => other.Path.Contains("kill -TERM -1", StringComparison.Ordinal)), 503, "the server is starting");

        var script = bench.ScriptAsync(place, "echo x > /builds/begun; sleep 1000", cancel.Token);
        await ThereIsAsync(() => bench.Log.Lines.Count > 0 && bench.Log.Lines[^1].EndsWith(" yet: the server is starting; trying again.", StringComparison.Ordinal));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => script);
        Assert.Single(bench.Log.Lines, line => line.StartsWith("WARNING: The script cannot be started in pod", StringComparison.Ordinal));
        Assert.Equal(1, (await bench.ScriptAsync(place, "[ -e /builds/begun ]", Token)).Code);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_script_whose_text_is_on_its_way_when_its_job_is_cancelled_never_begins()
    {
        await using var bench = await StartAsync();
        bench.Jobs.Runner = bench.Jobs.Runner with { GracefulKillTimeout = TimeSpan.FromSeconds(10) };
        await using var place = await bench.PrepareAsync(Token);

        await CancelBeforeArrivalAsync(bench, place, "echo x > /builds/begun; sleep 1000");

        Assert.Equal(1, (await bench.ScriptAsync(place, "[ -e /builds/begun ]", Token)).Code);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_script_that_begins_behind_the_cancel_all_the_same_is_asked_to_end()
    {
        await using var bench = await StartAsync();
        bench.Jobs.Runner = bench.Jobs.Runner with { GracefulKillTimeout = TimeSpan.FromSeconds(10) };
        // Where no folder can be made, nothing can be agreed on.
        KeepNothing(bench);
        await using var place = await bench.PrepareAsync(Token);

        await CancelBeforeArrivalAsync(bench, place, "trap 'echo asked; exit 1' TERM\nsleep 1000 & wait $!");

        Assert.StartsWith("asked\n", bench.Log.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task What_has_been_read_does_not_stay_in_the_pod()
    {
        await using var bench = await StartAsync();
        await using var place = await bench.PrepareAsync(Token);
        const string Kept = "for f in /logs-*; do du -sk $f; done | cut -f1";

        await bench.ScriptAsync(place, "yes 0123456789abcde | dd bs=64k count=2400 iflag=fullblock 2>/dev/null\nsleep 1\necho", Token);
        Assert.Equal((2400 * 65_536) + 1, bench.Log.Output.Length);
        var before = bench.Log.Output.Length;
        await bench.ScriptAsync(place, $"sleep 0.5; {Kept}; ls /logs-*", Token);

        var (size, folders) = (bench.Log.Output[before..].Split('\n')[0], bench.Log.Output[before..].Split('\n')[1..]);
        Assert.InRange(int.Parse(size, CultureInfo.InvariantCulture), 0, 100);
        Assert.Equal(["2", ""], folders);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_pod_that_cannot_keep_output_runs_its_scripts_and_says_why_a_broken_connection_is_the_end()
    {
        await using var bench = await StartAsync();
        KeepNothing(bench);
        await using var place = await bench.PrepareAsync(Token);

        Assert.Equal(3, (await bench.ScriptAsync(place, "echo still here; exit 3", Token)).Code);
        Assert.Equal("still here\n", bench.Log.Output);
        bench.Cluster.CutScripts(Soon);
        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => bench.ScriptAsync(place, "echo begun; sleep 1", Token));

        Assert.Contains("The image has not got all of cat, dd, mkdir, rm, sleep, tee and wc", broken.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_runner_that_was_kept_from_running_does_not_take_output_that_it_has_not_read_for_silence()
    {
        await using var bench = await StartAsync();
        bench.Time = new LeapingTime();
        await using var place = await bench.PrepareAsync(Token);

        Assert.Equal(3, (await bench.ScriptAsync(place, "(sleep 0.4; echo late) &\nexit 3", Token)).Code);

        Assert.Equal("late\n", bench.Log.Output);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task Another_process_goes_on_with_a_script_from_the_last_whole_line_and_its_exit_counts_even_when_it_came_meanwhile()
    {
        await using var bench = await StartAsync();
        // Never disposed, as by a process that is killed.
        var place = await bench.PrepareAsync(Token);
        using var spool = TraceSpool.Open(Path.Combine(bench.Jobs.Folder, "trace"), null);
        var log = new JobLog(spool, new JobLogSettings { Timestamps = false }, TimeProvider.System);
        Assert.Equal(0, (await place.RunAsync(new StageScript("step_script", "echo before\n", StagePlace.Build), log, Token)).Code);
        var run = place.RunAsync(new StageScript("step_script", "echo one; printf open; sleep 1; echo ' closed'; exit 3\n", StagePlace.Build), log, Token);
        await ThereIsAsync(() => spool.Size >= "before\none\nopen".Length);
        var request = bench.Jobs.Request(bench.OfProcess("second").Traits);
        var left = Directory.CreateDirectory(Path.Combine(bench.Jobs.Folder, "left")).FullName;
        Directory.CreateDirectory(Path.Combine(bench.Jobs.Folder, "once more"));
        foreach (var file in (string[])["script", "position"])
        {
            File.Copy(Path.Combine(request.JobFolder, file), Path.Combine(left, file));
            File.Copy(Path.Combine(request.JobFolder, file), Path.Combine(bench.Jobs.Folder, "once more", file));
        }

        foreach (var late in (bool[])[false, true])
        {
            var found = Assert.IsType<Reopening.Running>(await bench.OfProcess("second").ReopenAsync(request with { JobFolder = left }, place.Handle, Token));
            Assert.Equal("before\none\n".Length, found.LogOffset);
            File.Copy(Path.Combine(left, "script"), Path.Combine(left, "again"), overwrite: true);
            var later = new RecordingJobLog();
            var second = found.Place.RunAsync(new StageScript("step_script", "echo not run again\n", StagePlace.Build), later, Token);
            if (!late)
            {
                // The first process lives here, and has a connection of its own.
                Assert.Equal(3, (await run).Code);
            }

            Assert.Equal(3, (await second).Code);
            Assert.Equal("open closed\n", later.Output);
            File.Move(Path.Combine(left, "again"), Path.Combine(left, "script"));
            if (late)
            {
                Assert.Equal(0, (await found.Place.RunAsync(new StageScript("after_script", "echo after\n", StagePlace.Build), later, Token)).Code);
                Assert.Equal("open closed\nafter\n", later.Output);
                await found.Place.DisposeAsync();
            }
        }

        Assert.Empty(bench.Cluster.Things);
        Assert.StartsWith("and its pod ", Assert.IsType<Reopening.Lost>(
            await bench.OfProcess("second").ReopenAsync(request with { JobFolder = Path.Combine(bench.Jobs.Folder, "once more") }, place.Handle, Token)).Why, StringComparison.Ordinal);
    }

    /// <summary>The text of the script comes to the pod when everything in it has been asked to end.</summary>
    private static async Task CancelBeforeArrivalAsync(KubernetesBench bench, IJobEnvironment place, string text)
    {
        using var cancel = new CancellationTokenSource();
        var arrives = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Cluster.CutScripts(new ExecCut { Arrives = arrives.Task });
        var script = bench.ScriptAsync(place, text, cancel.Token);
        await ThereIsAsync(() => bench.Cluster.Calls.Any(call => call.Path.Contains("n=$3", StringComparison.Ordinal)));
        await cancel.CancelAsync();
        // The pod is looked at every second.
        await ThereIsAsync(() => bench.Cluster.Calls.SkipWhile(call => !call.Path.Contains("kill -TERM -1", StringComparison.Ordinal))
            .Count(call => call.Method == "GET" && !call.Path.Contains("/exec?", StringComparison.Ordinal)) >= 2);
        arrives.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => script);
    }

    /// <summary>The pod has no place for output.</summary>
    private static void KeepNothing(KubernetesBench bench)
    {
        bench.Settings = bench.Settings with
        {
            PodSpec = [new() { Name = "no logs", PatchType = "json", Patch = """[{"op":"remove","path":"/containers/0/volumeMounts/1"}]""" }],
            BuildSecurityContext = bench.Settings.BuildSecurityContext with { RunAsUser = 1000 },
        };
        bench.Jobs.With("FF_USE_ADVANCED_POD_SPEC_CONFIGURATION", "true");
    }

    private async Task<KubernetesBench> StartAsync()
    {
        await live.NeededAsync(Token);
        return await KubernetesBench.StartAsync();
    }

    private static async Task ThereIsAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(20, Token);
        }
    }

    /// <summary>Three seconds go by whenever somebody looks at the clock.</summary>
    private sealed class LeapingTime : TimeProvider
    {
        private long _leaps;

        public override long GetTimestamp() => System.GetTimestamp() + (Interlocked.Increment(ref _leaps) * 3 * TimestampFrequency);
    }
}
