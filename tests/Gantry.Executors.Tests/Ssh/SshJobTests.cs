using System.Globalization;
using System.IO.Compression;
using Gantry.Engine.Executors;
using Gantry.Engine.Links;
using Gantry.Engine.Processes;
using Gantry.Engine.Running;
using Gantry.Executors.Ssh;
using Gantry.Executors.Tests.Shell;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.Runner.Transfers;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Tests.Ssh;

/// <summary>Whole jobs and single scripts over a real OpenSSH server, which is this machine under another home.</summary>
public sealed class SshJobTests : IClassFixture<LiveSsh>, IDisposable
{
    private const int Limit = 60_000;

    private readonly LiveSsh _live;
    private readonly ShellBench _bench = new();
    private readonly RecordingJobLog _log = new();
    private readonly RecordingLogger<SshExecutor> _operator = new();

    public SshJobTests(LiveSsh live)
    {
        _live = live;
        _bench.Executor = Executor(live.Settings);
        _bench.Runner = _bench.Runner with { Executor = "ssh", BuildsFolder = In("builds"), CacheFolder = In("cache") };
        _bench.Transfers = new JobTransfers(_ => NullLogger.Instance, TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact(Timeout = Limit)]
    public async Task A_job_gets_its_sources_there_and_the_runner_moves_its_artifacts_and_cache()
    {
        var (url, commit) = await SampleGit.CreateAsync(In("origin"), Token);
        _bench.Payload = _bench.Payload with
        {
            Variables = [new JobVariable { Key = "PASSWORD", Value = "s3cr3t-word", Masked = true }],
            GitInfo = new GitReference { RepoUrl = url, Ref = "main", RefType = "branch", Sha = commit, Refspecs = ["+refs/heads/main:refs/remotes/origin/main"] },
            Artifacts = [new JobArtifact { Paths = ["out", "it's odd/"] }],
            Cache = [new JobCache { Key = "deps", Paths = ["deps/"] }],
        };
        _bench.Step("script",
            "cat hello.txt", "echo \"in $CI_PROJECT_DIR\"", "echo \"password $PASSWORD\"", "mkdir -p out deps \"it's odd\"", "echo made >> deps/made",
            "cat deps/made > out/report; chmod 640 out/report; ln -s /etc/passwd out/link; echo x > \"it's odd/one\"");

        Succeeded(await _bench.RunAsync(Token));

        Assert.Contains("Preparing the \"ssh\" executor\nUsing SSH executor...\n", _bench.Log, StringComparison.Ordinal);
        Assert.Matches(@"Running on \S+ via runner-host\.\.\.\n", _bench.Log);
        Assert.Contains("hello from git\n", _bench.Log, StringComparison.Ordinal);
        Assert.Contains($"in {In("builds/abcdefghi/0")}/", _bench.Log, StringComparison.Ordinal);
        Assert.Contains("password [MASKED]\n", _bench.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-word", _bench.Log, StringComparison.Ordinal);
        Assert.Contains("Created cache\n", _bench.Log, StringComparison.Ordinal);
        var (_, body) = Assert.Single(_bench.Link.Uploads);
        using (var zip = new ZipArchive(new MemoryStream(body)))
        {
            Assert.Equal(["it's odd/", "it's odd/one", "out/", "out/link", "out/report"], zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
            Assert.Equal(Convert.ToInt32("100640", 8), zip.GetEntry("out/report")!.ExternalAttributes >>> 16);
        }

        // Another job, which needs that one: nothing is left of its folder but what comes from the runner.
        Directory.Delete(In("builds"), recursive: true);
        _bench.Link.DownloadAnswers.Enqueue((new ArtifactDownloadAnswer(DownloadResult.Succeeded, "200 OK", ""), body));
        _bench.Payload = _bench.Payload with
        {
            Dependencies = [new JobDependency { Id = 41, Name = "before", Token = "other", ArtifactsFile = new DependencyArtifacts { Filename = "artifacts.zip", Size = body.Length } }],
            Steps = [new JobStep { Name = "script", Script = ["stat -c '%a %n' out/report", "readlink out/link", "cat \"it's odd/one\" deps/made"] }],
        };

        Succeeded(await _bench.RunAsync(Token));

        Assert.Contains("Successfully extracted cache\n", _bench.Log, StringComparison.Ordinal);
        Assert.Contains("\n640 out/report\n", _bench.Log, StringComparison.Ordinal);
        Assert.Contains("\n/etc/passwd\n", _bench.Log, StringComparison.Ordinal);
        Assert.Contains("\nx\nmade\n", _bench.Log, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(In("jobs")));
        Assert.Empty(Directory.GetFileSystemEntries(_live.Home));
    }

    [Fact(Timeout = Limit)]
    public async Task Folders_are_below_the_home_of_the_other_user_and_a_failed_script_fails_the_job()
    {
        // Scripts begin in the home that the account has, whatever HOME says.
        await using (var place = await PrepareAsync())
        {
            Assert.Equal(0, (await RunAsync(place, "pwd")).Code);
        }

        _bench.Runner = _bench.Runner with { BuildsFolder = Path.GetRelativePath(_log.Output.Trim(), In("below")), CacheFolder = null };
        _bench.Step("script", "echo \"in $CI_PROJECT_DIR of $CI_BUILDS_DIR\"", "exit 42");

        var failed = Assert.IsType<JobVerdict.Failed>(await _bench.RunAsync(Token));

        Assert.Equal((FailureReason.ScriptFailure, "Process exited with status 42", 42), (failed.Reason, failed.Message, failed.ExitCode));
        Assert.Contains($"in {In("below/abcdefghi/0/group/project")} of {In("below")}\n", _bench.Log, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_script_is_a_login_shell_that_nobody_sees_the_script_of_and_its_end_is_told()
    {
        await using var place = await PrepareAsync();

        var exit = await RunAsync(place, "secret=s3cr3t-word; tr '\\0' ' ' < /proc/$$/cmdline; shopt login_shell; printf oops >&2; exit 7");

        Assert.Equal(new ScriptExit(7, "Process exited with status 7"), exit);
        Assert.Equal("bash -l login_shell    \ton\n", _log.Output);
        Assert.Equal("oops", _log.ErrorOutput);
        Assert.Equal(new ScriptExit(137, "Process exited with status 137 from signal KILL"), await RunAsync(place, "kill -KILL $$"));
        Assert.Equal(ScriptExit.Success, await RunAsync(place, "seq 1 300000 | tee /dev/stderr"));
        var lines = string.Join('\n', Enumerable.Range(1, 300_000)) + "\n";
        Assert.EndsWith(lines, _log.Output, StringComparison.Ordinal);
        Assert.EndsWith(lines, _log.ErrorOutput, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_cancel_lets_the_script_clean_up_and_ends_every_process_of_its_session()
    {
        _bench.Runner = _bench.Runner with { GracefulKillTimeout = TimeSpan.FromMilliseconds(300) };
        _bench.Step("script",
            $"(trap '' TERM; set -m; while :; do sleep 1000; done & echo $! >> {In("pids")}; echo $BASHPID >> {In("pids")}; wait) &",
            $"trap 'echo cleaned; exit 1' TERM; echo begun > {In("begun")}; wait");

        var failed = Assert.IsType<JobVerdict.Failed>(await _bench.RunAsync(Token, started: lifetime => _ = CancelAsync(lifetime)));

        Assert.Equal(FailureReason.JobCanceled, failed.Reason);
        Assert.Contains("cleaned\n", _bench.Log, StringComparison.Ordinal);
        Assert.All(Pids(2), pid => Assert.Null(ProcessGroup.StartMark(pid)));
        Assert.Empty(_operator.Messages);

        async Task CancelAsync(JobLifetime lifetime)
        {
            await ThereIsAsync("begun");
            lifetime.Cancel();
        }
    }

    [Fact(Timeout = Limit)]
    public async Task A_background_process_serves_the_next_script_does_not_hold_the_job_and_ends_with_it()
    {
        var place = await PrepareAsync();

        Assert.Equal(0, (await RunAsync(place, $"(trap 'echo noise; echo heard > {In("heard")}' USR1; while :; do sleep 0.05; done) & echo $! > {In("pids")}; echo done")).Code);
        Assert.Contains("done\n", _log.Output, StringComparison.Ordinal);
        Assert.StartsWith("WARNING: the script has ended, but processes it started hold its output open.", _log.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(place, $"kill -USR1 $(cat {In("pids")})")).Code);
        await ThereIsAsync("heard");
        Assert.Equal(0, (await RunAsync(place, $"kill -0 $(cat {In("pids")})")).Code);
        await place.DisposeAsync();
        Assert.DoesNotContain("noise", _log.Output, StringComparison.Ordinal);

        Assert.All(Pids(1), pid => Assert.Null(ProcessGroup.StartMark(pid)));
    }

    [Fact(Timeout = Limit)]
    public async Task A_lost_connection_is_a_system_failure_and_what_ran_is_ended_over_another_one()
    {
        // Above the shell stands the process of the server that has the connection.
        _bench.Step("script", $"echo $BASHPID > {In("pids")}; kill -KILL $(ps -o ppid= -p $(ps -o sid= -p $$)); sleep 1000");

        var failed = Assert.IsType<JobVerdict.Failed>(await _bench.RunAsync(Token));

        Assert.Equal(FailureReason.RunnerSystemFailure, failed.Reason);
        Assert.StartsWith($"the connection to [127.0.0.1]:{_live.Port} broke: ", failed.Message, StringComparison.Ordinal);
        Assert.All(Pids(1), pid => Assert.Null(ProcessGroup.StartMark(pid)));
    }

    [Fact(Timeout = Limit)]
    public async Task What_a_killed_runner_left_there_is_ended_by_the_next_one()
    {
        // Never disposed: its process was killed.
        var place = await PrepareAsync();
        await RunAsync(place, $"(sleep 1000 & echo $! > {In("pids")}) > /dev/null 2>&1");

        Assert.IsType<Reopening.Lost>(await Executor(_live.Settings).ReopenAsync(Request(), place.Handle, Token));

        Assert.All(Pids(1), pid => Assert.Null(ProcessGroup.StartMark(pid)));
    }

    [Fact(Timeout = Limit)]
    public async Task A_talkative_profile_is_no_obstacle_and_a_machine_without_tar_is_told_apart()
    {
        await _live.WriteAsync("home/.bash_profile", "echo Welcome; echo careful >&2; PATH=/nonexistent");
        try
        {
            _bench.Payload = _bench.Payload with { Artifacts = [new JobArtifact { Paths = ["out"] }] };
            await using var place = await PrepareAsync();

            Assert.IsNotType<IReachableFiles>(place, exactMatch: false);
            Assert.Equal([$"WARNING: there is no tar on [127.0.0.1]:{_live.Port}: caches and artifacts cannot be moved. Install it there"], _log.Lines);
            Assert.Equal(0, (await RunAsync(place, "echo here")).Code);
            Assert.Equal("Welcome\nhere\n", _log.Output);
            Assert.Equal("careful\n", _log.ErrorOutput);
        }
        finally
        {
            File.Delete(Path.Combine(_live.Home, ".bash_profile"));
        }
    }

    [Fact(Timeout = Limit)]
    public async Task A_server_that_is_not_the_known_one_is_refused_with_the_line_that_mends_it()
    {
        var other = _live.Settings with { KnownHostsFile = In("known_hosts") };

        Assert.Equal(
            $"ssh command Connect() error: ssh Dial() error: ssh: handshake failed: knownhosts: key is unknown: [127.0.0.1]:{_live.Port} shows the "
            + $"ssh-ed25519 key {KnownHosts.FingerprintOf(Convert.FromBase64String(_live.HostKey))}, and there is no {other.KnownHostsFile}. "
            + "Compare the fingerprint with the host's own (ssh-keygen -lf on its /etc/ssh/*.pub); if they are the same, as the runner's user: "
            + $"ssh-keyscan -p {_live.Port} -t ed25519 127.0.0.1 >> {other.KnownHostsFile}",
            (await RefusedAsync(other)).Message);

        await File.WriteAllTextAsync(other.KnownHostsFile, $"[127.0.0.1]:{_live.Port} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n", Token);
        var mismatch = await RefusedAsync(other);
        Assert.False(mismatch.Retriable);
        Assert.Contains("knownhosts: key mismatch: ", mismatch.Message, StringComparison.Ordinal);
        Assert.Contains($"line 1 of {other.KnownHostsFile}", mismatch.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(other.KnownHostsFile, $"@revoked * ssh-ed25519 {_live.HostKey}\n", Token);
        Assert.Contains("knownhosts: key is revoked: ", (await RefusedAsync(other)).Message, StringComparison.Ordinal);

        await using var place = await Executor(other with { AcceptsAnyHostKey = true }).PrepareAsync(Request(), _log, Token);
        Assert.Equal(0, (await RunAsync(place, "true")).Code);
    }

    [Fact(Timeout = Limit)]
    public async Task Whoever_is_not_let_in_is_told_what_to_do()
    {
        var stranger = await RefusedAsync(_live.Settings with { IdentityFile = _live.In("stranger") });
        Assert.StartsWith(
            "ssh command Connect() error: ssh Dial() error: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey]: ",
            stranger.Message, StringComparison.Ordinal);
        Assert.EndsWith($"ssh-copy-id -i {_live.In("stranger")} -p {_live.Port} {Environment.UserName}@127.0.0.1", stranger.Message, StringComparison.Ordinal);
        Assert.False(stranger.Retriable);

        Assert.Contains("Neither identity_file nor password is set", (await RefusedAsync(_live.Settings with { IdentityFile = "" })).Message, StringComparison.Ordinal);
        Assert.Contains("is encrypted", (await RefusedAsync(_live.Settings with { IdentityFile = _live.In("locked") })).Message, StringComparison.Ordinal);
        Assert.Contains("is no private key", (await RefusedAsync(_live.Settings with { IdentityFile = _live.In("host.pub") })).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", (await RefusedAsync(_live.Settings with { IdentityFile = "/nonexistent/key" })).Message, StringComparison.Ordinal);
        Assert.Contains("is no port", (await RefusedAsync(_live.Settings with { Port = "ssh" })).Message, StringComparison.Ordinal);
        Assert.StartsWith("missing SSH configuration", (await RefusedAsync(new SshSettings { KnownHostsFile = "" })).Message, StringComparison.Ordinal);

        // Nothing listens where nobody may.
        var nobody = await RefusedAsync(_live.Settings with { Port = "1" });
        Assert.StartsWith("ssh command Connect() error: ssh Dial() error: dial tcp 127.0.0.1:1: ", nobody.Message, StringComparison.Ordinal);
        Assert.True(nobody.Retriable);
    }

    [Fact(Timeout = Limit)]
    public async Task A_process_group_is_ended_where_sessions_cannot_be_told_apart()
    {
        await using var place = await PrepareAsync();
        await using var child = ChildProcess.Start(new ProcessStart { FileName = "bash", Arguments = ["-c", "trap '' TERM; exec sleep 1000"] });

        var script = RemoteSessions.EndScript(new RemoteSession(child.Id, ""), TimeSpan.FromMilliseconds(100));
        Assert.Equal(0, (await RunAsync(place, script)).Code);

        Assert.Empty(ProcessGroup.Members(child.Id));
    }

    private void Succeeded(JobVerdict verdict) => Assert.True(verdict is JobVerdict.Succeeded, $"{verdict}\n{_bench.Log}");

    private SshExecutor Executor(SshSettings settings) => new(settings, TimeProvider.System, _operator);

    private Task<IJobEnvironment> PrepareAsync() => Executor(_live.Settings).PrepareAsync(Request(), _log, Token);

    private async Task<EnvironmentException> RefusedAsync(SshSettings settings) =>
        await Assert.ThrowsAsync<EnvironmentException>(() => Executor(settings).PrepareAsync(Request(), _log, Token));

    private Task<ScriptExit> RunAsync(IJobEnvironment place, string text) => place.RunAsync(new StageScript("step_script", text + "\nexit\n", StagePlace.Build), _log, Token);

    private string In(string name) => Path.Combine(_bench.Folder, name);

    private async Task ThereIsAsync(string name)
    {
        while (!File.Exists(In(name)))
        {
            await Task.Delay(20, Token);
        }
    }

    private List<int> Pids(int count)
    {
        var pids = File.ReadAllLines(In("pids")).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(count, pids.Count);
        return pids;
    }

    private EnvironmentRequest Request() => _bench.Request(SshExecutor.KindTraits);
}
