using System.Text;
using System.Text.Json;
using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Executors.Custom;
using Gantry.Executors.Tests.Shell;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;

namespace Gantry.Executors.Tests.Custom;

/// <summary>Whole jobs with a driver of four programs that work on this machine, in a folder that <c>config_exec</c> names.</summary>
public sealed class CustomJobTests : IDisposable
{
    private readonly ShellBench _bench = new();
    private readonly RecordingLogger<CustomExecutor> _log = new();

    public void Dispose() => _bench.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Notes => File.Exists(In("notes")) ? File.ReadAllText(In("notes")) : "";

    [Fact(Timeout = 60_000)]
    public async Task A_job_runs_where_config_exec_says_and_every_program_gets_what_drivers_expect()
    {
        Use(
            config: $$$"""
                echo "asking the pool" >&2
                echo '{"driver":{"name":"pool","version":"v2"},"hostname":"vm-7","builds_dir":"{{{In("place/builds")}}}","cache_dir":"{{{In("place/cache")}}}","job_env":{"VM":"seven"}}'
                """,
            prepare: """
                echo "starting $VM for $CUSTOM_ENV_CI_JOB_NAME, image $CUSTOM_ENV_CI_JOB_IMAGE"
                echo "prepare $CUSTOM_ENV_CI_PROJECT_DIR $(stat -c %a "$JOB_RESPONSE_FILE") $PWD $TMPDIR" >> "$NOTES"
                cp "$JOB_RESPONSE_FILE" "$NOTES.json"
                """,
            run: """
                echo "run $2 $VM $(stat -c %a "$1")" >> "$NOTES"
                bash "$1" || exit $BUILD_FAILURE_EXIT_CODE
                """,
            cleanup: """echo "cleanup $VM" | tee -a "$NOTES"; echo "one disk is left" >&2""");
        _bench.With("CI_JOB_NAME", "trial").With("IN_JOB", "yes").Step("script", "echo from $IN_JOB in $CI_PROJECT_DIR", "exit 0").Step("after_script", "echo after");
        _bench.Payload = _bench.Payload with { Image = new JobImage { Name = "debian:12" } };

        Assert.IsType<JobVerdict.Succeeded>(await _bench.RunAsync(Token));

        var project = In("place/builds/group/project");
        Assert.Contains("asking the pool\n", _bench.Log, StringComparison.Ordinal);
        Assert.Contains("Using Custom executor with driver pool v2...", _bench.Log, StringComparison.Ordinal);
        Assert.Contains("starting seven for trial, image debian:12\n", _bench.Log, StringComparison.Ordinal);
        Assert.Matches("Running on .+ via vm-7...", _bench.Log);
        Assert.Contains($"from yes in {project}\n", _bench.Log, StringComparison.Ordinal);
        var notes = Notes.Split('\n');
        var temporary = Path.Combine(_bench.Folder, "jobs", "abcdefghi-42", "work", "custom-executor");
        Assert.Equal($"prepare {project} 600 {temporary} {temporary}", notes[0]);
        Assert.Equal(
            ["run prepare_script seven 700", "run get_sources seven 700", "run build_script seven 700", "run after_script seven 700",
                "run cleanup_file_variables seven 700", "cleanup seven", ""],
            notes[1..]);
        using var payload = JsonDocument.Parse(File.ReadAllBytes(In("notes.json")));
        Assert.Equal(42, payload.RootElement.GetProperty("id").GetInt64());
        Assert.Equal("glcbt-secrettoken", payload.RootElement.GetProperty("token").GetString());
        Assert.Contains("job 42: cleanup_exec: one disk is left", _log.Messages);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_bench.Folder, "jobs")));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_exit_code_that_the_driver_writes_down_is_the_jobs()
    {
        Use(Local, run: """
            bash "$1" || { echo $? > "$BUILD_EXIT_CODE_FILE"; exit $BUILD_FAILURE_EXIT_CODE; }
            """);
        _bench.Step("script", "exit 42");

        var failed = Assert.IsType<JobVerdict.Failed>(await _bench.RunAsync(Token));

        Assert.Equal((FailureReason.ScriptFailure, "exit status 42", 42), (failed.Reason, failed.Message, failed.ExitCode));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_place_that_breaks_in_a_stage_is_a_system_failure_and_is_cleaned_up()
    {
        Use(Local, run: """[ "$2" != build_script ] || exit $SYSTEM_FAILURE_EXIT_CODE; bash "$1" """, cleanup: """echo cleaned >> "$NOTES" """);
        _bench.Step("script", "true");

        var failed = Assert.IsType<JobVerdict.Failed>(await _bench.RunAsync(Token));

        Assert.Equal((FailureReason.RunnerSystemFailure, "exit status 2"), (failed.Reason, failed.Message));
        Assert.Equal("cleaned\n", Notes);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_prepare_exec_that_blames_the_job_fails_it_at_once_with_its_code()
    {
        Use(Local, prepare: """echo tried >> "$NOTES"; echo 3 > "$BUILD_EXIT_CODE_FILE"; exit $BUILD_FAILURE_EXIT_CODE""", run: "true", cleanup: """echo cleaned >> "$NOTES" """);
        _bench.Step("script", "true");

        var failed = Assert.IsType<JobVerdict.Failed>(await _bench.RunAsync(Token));

        Assert.Equal((FailureReason.ScriptFailure, "exit status 3", 3), (failed.Reason, failed.Message, failed.ExitCode));
        Assert.Equal("tried\ncleaned\n", Notes);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cancelled_job_ends_the_driver_and_what_it_runs_and_cleans_up()
    {
        Use(Local, run: """
            [ "$2" = build_script ] || exec bash "$1"
            trap 'echo asked >> "$NOTES"; exit 1' TERM
            bash "$1" & wait
            """, cleanup: """echo cleaned >> "$NOTES" """);
        _bench.Step("script", "echo begun > " + In("begun"), "sleep 600");

        var running = _bench.RunAsync(Token, started: lifetime => _ = CancelAsync(lifetime));

        var failed = Assert.IsType<JobVerdict.Failed>(await running);
        Assert.Equal(FailureReason.JobCanceled, failed.Reason);
        Assert.Equal("asked\ncleaned\n", Notes);

        async Task CancelAsync(JobLifetime lifetime)
        {
            while (!File.Exists(In("begun")))
            {
                await Task.Delay(20, Token);
            }

            lifetime.Cancel();
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_config_exec_that_takes_too_long_is_ended_and_says_so()
    {
        var executor = new CustomExecutor(
            Settings(("run", "true")) with { Config = Program("config", "sleep 600") with { Limit = TimeSpan.FromMilliseconds(200) } }, TimeProvider.System, _log);

        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => PrepareAsync(executor));

        Assert.Equal("config_exec took longer than 200ms and was ended", broken.Message);
        Assert.True(broken.Retriable);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("echo nonsense", "error while parsing JSON output: ")]
    [InlineData("""echo '{"shell":"fish"}'""", "config_exec wants the shell \"fish\", which is not known")]
    [InlineData("exit 7", "unknown Custom executor executable exit code 7; executable execution terminated with: exit status 7")]
    [InlineData("kill -9 $$", "unknown Custom executor executable exit code -1; executable execution terminated with: signal: killed")]
    [InlineData("true", "the builds_dir is not configured")]
    public async Task What_config_exec_does_wrong_is_said(string script, string message)
    {
        var executor = new CustomExecutor(Settings(("config", script), ("run", "true")), TimeProvider.System, _log);

        Assert.StartsWith(message, (await Assert.ThrowsAsync<EnvironmentException>(() => PrepareAsync(executor))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_program_that_cannot_be_started_is_named()
    {
        var executor = new CustomExecutor(
            new CustomSettings { IsConfigured = true, Config = new DriverProgram("config_exec") { FileName = "/nonexistent/driver" }, Run = Program("run", "true") },
            TimeProvider.System, _log);

        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => PrepareAsync(executor));

        Assert.StartsWith("failed to start command: config_exec: ", broken.Message, StringComparison.Ordinal);
        Assert.Contains("/nonexistent/driver", broken.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_job_of_a_killed_runner_is_cleaned_up_by_the_next_one()
    {
        Use(Local, prepare: """echo "made for $CUSTOM_ENV_CI_PROJECT_DIR" >> "$NOTES" """, run: "true", cleanup: """echo "removed for $CUSTOM_ENV_CI_PROJECT_DIR" >> "$NOTES" """);
        var executor = (CustomExecutor)_bench.Executor!;
        // Never disposed: its process was killed.
        var lost = await PrepareAsync(executor);

        Assert.IsType<Reopening.Lost>(await executor.ReopenAsync(Request(), lost.Handle, Token));

        var project = In("place/builds/group/project");
        Assert.Equal($"made for {project}\nremoved for {project}\n", Notes);
        Assert.IsType<Reopening.Lost>(await executor.ReopenAsync(Request(), lost.Handle, Token));
    }

    private string Local => $$"""echo '{"builds_dir":"{{In("place/builds")}}","cache_dir":"{{In("place/cache")}}"}'""";

    private string In(string name) => Path.Combine(_bench.Folder, name);

    private void Use(string config, string run, string prepare = "", string cleanup = "") => _bench.Executor = new CustomExecutor(
        Settings(("config", config), ("prepare", prepare), ("run", run), ("cleanup", cleanup)), TimeProvider.System, _log);

    private CustomSettings Settings(params (string Name, string Script)[] programs)
    {
        DriverProgram Of(string name) => programs.FirstOrDefault(p => p.Name == name).Script is { Length: > 0 } script
            ? Program(name, script)
            : new DriverProgram(name + "_exec");
        return new CustomSettings { IsConfigured = true, Config = Of("config"), Prepare = Of("prepare"), Run = Of("run"), Cleanup = Of("cleanup") };
    }

    private DriverProgram Program(string name, string script)
    {
        var path = In(name + "-driver");
        File.WriteAllText(path, $"#!/bin/bash\nNOTES='{In("notes")}'\n{script}\n", new UTF8Encoding(false));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new DriverProgram(name + "_exec") { FileName = path };
    }

    private Task<IJobEnvironment> PrepareAsync(CustomExecutor executor) => executor.PrepareAsync(Request(), new RecordingJobLog(), Token);

    private EnvironmentRequest Request() => _bench.Request(CustomExecutor.KindTraits);
}
