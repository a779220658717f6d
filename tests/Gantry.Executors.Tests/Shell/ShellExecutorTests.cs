using System.Globalization;
using System.IO.Hashing;
using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Processes;
using Gantry.Engine.Traces;
using Gantry.Executors.Shell;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;

namespace Gantry.Executors.Tests.Shell;

public sealed class ShellExecutorTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordingJobLog _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 30_000)]
    [Trait("Trap", "30")]
    public async Task A_script_runs_in_a_login_shell_and_its_exit_is_told()
    {
        await using var place = await PrepareAsync();

        var exit = await RunAsync(place, "echo \"$(shopt login_shell)\"; echo oops >&2; exit 7");

        Assert.Equal(new ScriptExit(7, "exit status 7"), exit);
        Assert.Equal(["Using Shell (bash) executor..."], _log.Lines);
        Assert.Equal("login_shell    \ton\n", _log.Output);
        Assert.Equal("oops\n", _log.ErrorOutput);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_script_that_is_killed_says_so()
    {
        await using var place = await PrepareAsync();

        Assert.Equal(new ScriptExit(-1, "signal: killed"), await RunAsync(place, "kill -KILL $$"));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_script_is_in_no_argument_and_in_no_file()
    {
        await using var place = await PrepareAsync();

        await RunAsync(place, "secret=s3cr3t-word; tr '\\0' ' ' < /proc/$$/cmdline");

        Assert.Equal("bash -l ", _log.Output);
        Assert.DoesNotContain(
            Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains("s3cr3t-word", StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public async Task Scripts_start_in_the_working_folder_with_the_runners_environment()
    {
        await using var place = await PrepareAsync();

        await RunAsync(place, "pwd; [ -n \"$PATH\" ] && echo has path");

        Assert.Equal($"{_folder.Path}\nhas path\n", _log.Output);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancel_lets_the_script_clean_up_and_leaves_nothing_running()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var place = await PrepareAsync();
        var log = new SignallingLog(_log, "ready\n", () => cancel.CancelAfter(0));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => place.RunAsync(
            Script("trap 'echo cleaned; exit 1' TERM; (setsid -f sleep 0.01; set -m; sleep 1000 & sleep 1000) & echo $$; echo ready; wait"),
            log, cancel.Token));

        Assert.EndsWith("cleaned\n", _log.Output, StringComparison.Ordinal);
        var leader = int.Parse(_log.Output.Split('\n')[0], CultureInfo.InvariantCulture);
        Assert.Empty(ProcessGroup.Members(leader));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_silent_background_process_serves_the_next_stage_and_ends_with_the_job()
    {
        var place = await PrepareAsync();
        await RunAsync(place, "(sleep 1000 & echo $! > server.pid) >/dev/null 2>&1 </dev/null");

        Assert.True((await RunAsync(place, "kill -0 $(cat server.pid)")).Code == 0);
        var server = int.Parse(File.ReadAllText(Path.Combine(_folder.Path, "server.pid")), CultureInfo.InvariantCulture);
        await place.DisposeAsync();

        Assert.Null(ProcessGroup.StartMark(server));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_background_process_that_holds_the_output_is_named_and_does_not_hold_the_job()
    {
        await using var place = await PrepareAsync();

        var exit = await RunAsync(place, "sleep 1000 & echo done");

        Assert.Equal(0, exit.Code);
        Assert.Equal("done\n", _log.Output);
        Assert.Matches(@"^WARNING: the script has ended, but processes it started hold its output open: sleep \(\d+\)\. ", _log.Lines[^1]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Fifty_megabytes_go_through_the_job_log_complete_and_in_order()
    {
        const int Lines = 6_000_000;
        using var spool = TraceSpool.Open(Path.Combine(_folder.Path, "trace"), null);
        var log = new JobLog(spool, new JobLogSettings { Timestamps = false, Sections = false }, TimeProvider.System);
        await using var place = await PrepareAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await place.RunAsync(Script($"seq 1 {Lines}"), log, TestContext.Current.CancellationToken);
        log.Close();

        var expected = new Crc32();
        long length = 0;
        var line = new byte[16];
        for (var i = 1; i <= Lines; i++)
        {
            i.TryFormat(line, out var digits, default, CultureInfo.InvariantCulture);
            line[digits] = (byte)'\n';
            expected.Append(line.AsSpan(0, digits + 1));
            length += digits + 1;
        }

        Assert.Equal(new TraceDigest(length, $"crc32:{expected.GetCurrentHashAsUInt32():x8}"), spool.Digest);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 * 1024 * 1024);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_dead_runner_left_behind_is_killed_by_the_next_one()
    {
        // The dead runner is played by a child that is neither waited for nor disposed.
        var left = ChildProcess.Start(new ProcessStart { FileName = "bash", Arguments = ["-c", "sleep 1000 & sleep 1000"] });
        SessionNotes.In(_folder.Path).Add(left.Id);

        var reopened = await Executor().ReopenAsync(
            Request(), new EnvironmentHandle("shell", new Dictionary<string, string>()), TestContext.Current.CancellationToken);

        Assert.IsType<Reopening.Lost>(reopened);
        Assert.Equal("signal: killed", (await left.Exited).Text);
        Assert.Empty(ProcessGroup.Members(left.Id));
        await left.DisposeAsync();
    }

    [Fact]
    public async Task A_number_that_belongs_to_another_process_now_is_left_alone()
    {
        await using var other = ChildProcess.Start(new ProcessStart { FileName = "sleep", Arguments = ["1000"] });
        var mark = ProcessGroup.StartMark(other.Id)!;
        File.WriteAllText(Path.Combine(_folder.Path, "sessions"), $"{other.Id} {mark}1\n");

        SessionNotes.In(_folder.Path).KillAll();

        Assert.Equal(mark, ProcessGroup.StartMark(other.Id));
        Assert.False(other.Exited.IsCompleted);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_unknown_shell_is_refused_with_what_to_write_instead()
    {
        var request = Request() with { Plan = Request().Plan with { Shell = "fish" } };

        var refused = await Assert.ThrowsAsync<EnvironmentException>(
            () => Executor().PrepareAsync(request, _log, TestContext.Current.CancellationToken));

        Assert.Equal("the shell executor does not know the shell \"fish\"; set `shell` of the runner to one of bash, sh, pwsh", refused.Message);
        Assert.False(refused.Retriable);
    }

    [Fact(Timeout = 30_000)]
    public async Task Another_users_shell_is_ended_with_all_it_started()
    {
        Assert.SkipUnless(Environment.UserName == "root", "su asks others for a password");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var place = await new ShellExecutor("nobody", "/", TimeProvider.System)
            .PrepareAsync(Request(), _log, TestContext.Current.CancellationToken);
        var log = new SignallingLog(_log, "ready\n", () => cancel.CancelAfter(0));

        // su gives its command a session of its own and would only pass the signal on to the command itself.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => place.RunAsync(Script("id -un; (sleep 1000 & wait) & echo $$; echo ready; wait"), log, cancel.Token));

        var lines = _log.Output.Split('\n');
        Assert.Equal("nobody", lines[0]);
        Assert.Empty(ProcessGroup.Members(int.Parse(lines[1], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void The_default_folders_are_below_the_working_folder()
    {
        Assert.Equal(Path.Combine(_folder.Path, "builds"), Executor().Traits.DefaultBuildsFolder);
        Assert.Equal(Path.Combine(_folder.Path, "cache"), Executor().Traits.DefaultCacheFolder);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_helper_is_the_running_executable()
    {
        await using var place = await Executor().PrepareAsync(Request(), _log, TestContext.Current.CancellationToken);

        Assert.Equal("/opt/gantry", place.HelperCommand);
    }

    private static StageScript Script(string text) => new("step_script", text, StagePlace.Build);

    private ShellExecutor Executor() => new("", _folder.Path, TimeProvider.System);

    private Task<IJobEnvironment> PrepareAsync() =>
        Executor().PrepareAsync(Request(), _log, TestContext.Current.CancellationToken);

    private Task<ScriptExit> RunAsync(IJobEnvironment place, string script) =>
        place.RunAsync(Script(script), _log, TestContext.Current.CancellationToken);

    private EnvironmentRequest Request()
    {
        var compiled = JobPlanner.Compile(new PlanRequest
        {
            Payload = new JobPayload { Id = 1, Token = "job-token" },
            Runner = new RunnerSettings
            {
                Name = "test",
                Url = "https://gitlab.example",
                Token = new Secret("runner-token"),
                ShortToken = "runner-to",
                SystemId = "s_0123456789ab",
                Executor = "shell",
                HostName = "host",
                ExecutablePath = "/opt/gantry",
                Version = new ProductVersion("gantry", "1.0.0", "abc", "linux", "amd64"),
            },
            Defaults = new PlanDefaults
            {
                BuildsFolder = "/builds",
                CacheFolder = "/cache",
                SharedBuildsFolder = true,
                SharedEnvironment = true,
                CustomBuildDirAllowed = false,
                SafeDirectoryCheckout = false,
                CleanGitConfig = false,
                Shell = "bash",
            },
            Numbers = new JobNumbers(0, 0),
        });
        return new EnvironmentRequest { Plan = Assert.IsType<Compilation.Planned>(compiled).Plan, JobFolder = _folder.Path };
    }

    /// <summary>Acts when a text has come.</summary>
    private sealed class SignallingLog(RecordingJobLog log, string text, Action act) : IJobLog
    {
        public void Line(string line) => log.Line(line);

        public void Info(string line) => log.Info(line);

        public void Warning(string line) => log.Warning(line);

        public void Error(string line) => log.Error(line);

        public void Write(LogStream stream, ReadOnlySpan<byte> bytes)
        {
            log.Write(stream, bytes);
            if (log.TextOf(stream).EndsWith(text, StringComparison.Ordinal))
            {
                act();
            }
        }

        public IDisposable Section(string name) => log.Section(name);
    }
}
