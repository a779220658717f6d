using System.Text.Json;
using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Docker;

/// <summary>The published binary and the real engine: files between jobs, ends of every kind, and nothing left behind.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class DockerPipelineTests
{
    private const int Minutes = 60_000;

    [Fact(Timeout = 4 * Minutes)]
    public async Task Artifacts_reports_and_caches_pass_between_containers_without_git_or_a_helper_in_the_image()
    {
        await using var stage = await DockerStage.OpenAsync("files");
        (string Path, string Content)[] files =
        [
            ("kept.txt", "from the repository\n"),
            (".gitlab-ci.yml", """
                stages: [build, test]
                compile:
                  stage: build
                  cache:
                    key: tools
                    paths: [.tools/]
                  script:
                    - if [ -e .tools/tool ]; then echo "cache says $(cat .tools/tool)"; else mkdir .tools; echo hit > .tools/tool; fi
                    - mkdir -p out/deep; echo made-by-compile > out/deep/result.txt; ln -s result.txt out/deep/link; chmod 755 out/deep/result.txt
                    - echo "VERSION=1.2.3" > build.env
                    - echo loose > loose.txt
                  artifacts:
                    name: "$CI_JOB_NAME-$CI_COMMIT_REF_NAME"
                    untracked: true
                    paths: ["$CI_PROJECT_DIR/out", "*.md"]
                    exclude: [".tools/**/*"]
                    reports:
                      dotenv: build.env
                check:
                  stage: test
                  script:
                    - cat kept.txt out/deep/result.txt loose.txt
                    - test "$(readlink out/deep/link)" = result.txt
                    - test -x out/deep/result.txt
                    - test ! -e .tools
                    - test "$(id -u)" = 0
                """),
        ];
        var first = await stage.Server.PushAsync(stage.Project, files);
        var pipeline = await stage.Server.PipelineAsync(stage.Project, first);
        var jobs = await stage.Server.JobsAsync(stage.Project, pipeline);
        var compile = await stage.Server.TraceAsync(stage.Project, jobs[0]);
        Assert.True(pipeline.GetProperty("status").GetString() == "success", compile + stage.Runner.Process.Output);
        var check = await stage.Server.TraceAsync(stage.Project, jobs[1]);
        Assert.Contains("from the repository\nmade-by-compile\nloose\n", Plain(check), StringComparison.Ordinal);
        Assert.Contains("Uploading artifacts as \"dotenv\" to coordinator... 201 Created", compile, StringComparison.Ordinal);
        Assert.Contains("Cache file does not exist", compile, StringComparison.Ordinal);
        Assert.Contains("/out: found 4 matching artifact files and directories", compile, StringComparison.Ordinal);
        Assert.Contains("relative to the working directory (/builds/", compile, StringComparison.Ordinal);
        Assert.Contains("untracked: found", compile, StringComparison.Ordinal);
        Assert.Contains("Uploading artifacts as \"archive\" to coordinator... 201 Created", compile, StringComparison.Ordinal);
        Assert.Contains("Phases: prepare ", compile, StringComparison.Ordinal);

        var second = await stage.Server.PushAsync(stage.Project, files);
        pipeline = await stage.Server.PipelineAsync(stage.Project, second);
        compile = await stage.Server.TraceAsync(stage.Project, (await stage.Server.JobsAsync(stage.Project, pipeline))[0]);
        Assert.Contains("Successfully extracted cache", compile, StringComparison.Ordinal);
        Assert.Contains("cache says hit\n", compile, StringComparison.Ordinal);
        Assert.Equal("", await stage.LeftoversAsync());
    }

    [Fact(Timeout = 4 * Minutes)]
    public async Task A_job_that_fails_or_is_cancelled_or_takes_too_long_leaves_nothing_on_the_engine()
    {
        await using var stage = await DockerStage.OpenAsync("ends");
        var sha = await stage.Server.PushAsync(stage.Project, (".gitlab-ci.yml", """
            variables: { FF_NETWORK_PER_BUILD: "true" }
            broken:
              script: [echo before, exit 42, echo never]
              after_script: ['echo "after: $CI_JOB_STATUS"; echo kept > late.txt']
              artifacts: { when: on_failure, paths: [late.txt] }
            slow:
              timeout: 3 seconds
              needs: []
              script: [echo started, sleep 600]
            long:
              needs: []
              script: [echo started, sleep 600]
            """));
        var running = await stage.Server.JobAsync(stage.Project, "long", "running");
        await Eventually.IsAsync(
            async () => (await stage.Server.TraceAsync(stage.Project, running)).Contains("started\n", StringComparison.Ordinal), "the script to start");
        await stage.Server.PostAsync($"projects/{stage.Project}/jobs/{running.GetProperty("id").GetInt64()}/cancel");

        var pipeline = await stage.Server.PipelineAsync(stage.Project, sha, "failed", "canceled");
        var jobs = (await stage.Server.JobsAsync(stage.Project, pipeline)).ToDictionary(job => job.GetProperty("name").GetString()!);
        var broken = await stage.Server.TraceAsync(stage.Project, jobs["broken"]);
        Assert.Equal("script_failure", jobs["broken"].GetProperty("failure_reason").GetString());
        Assert.Contains("Job failed: exit code 42", broken, StringComparison.Ordinal);
        Assert.Contains("after: failed\n", broken, StringComparison.Ordinal);
        Assert.Contains("201 Created", broken, StringComparison.Ordinal);
        Assert.Equal("job_execution_timeout", jobs["slow"].GetProperty("failure_reason").GetString());
        await ContainsAsync(stage, jobs["long"], "Job failed: canceled");
        await Eventually.IsAsync(async () => await stage.LeftoversAsync() == "", "the engine to be clean");
    }

    [Fact(Timeout = 4 * Minutes)]
    public async Task A_job_goes_on_after_its_runner_was_killed_and_started_again()
    {
        await using var stage = await DockerStage.OpenAsync("killed");
        await stage.Server.PushAsync(stage.Project, (".gitlab-ci.yml", """
            long:
              script:
                - echo line 1; echo to stderr >&2
                - printf 'line '; until [ -e /tmp/dead ]; do sleep 0.02; done; echo 2; echo line 3
                - until [ -e /tmp/back ]; do sleep 0.02; done; echo line 4; echo made > made.txt
              after_script: ['cat made.txt; echo "after: $CI_JOB_STATUS"']
              artifacts: { paths: [made.txt] }
            """));
        var job = await stage.Server.JobAsync(stage.Project, "long", "running");
        await ContainsAsync(stage, job, "line 1\n");
        var container = (await stage.LeftoversAsync()).Split('\n')[0].Split(' ')[1];
        await stage.KillRunnerAsync();
        await RunningProcess.RunAsync("docker", ["exec", container, "touch", "/tmp/dead"]);
        await Eventually.IsAsync(
            async () => (await RunningProcess.RunAsync("docker", ["logs", container])).Contains("line 3\n", StringComparison.Ordinal), "the script to go on alone");

        stage.Restart();
        await ContainsAsync(stage, job, "line 3\n");
        await RunningProcess.RunAsync("docker", ["exec", container, "touch", "/tmp/back"]);

        job = await stage.Server.JobAsync(stage.Project, "long", "success");
        var log = Plain(await stage.Server.TraceAsync(stage.Project, job));
        Assert.Equal([1, 1, 1, 1], from number in Enumerable.Range(1, 4) select log.Split($"line {number}\n").Length - 1);
        Assert.Equal(1, log.Split("to stderr\n").Length - 1);
        Assert.Equal(1, log.Split("Executing \"step_script\"").Length - 1);
        Assert.Contains("made\nafter: success\n", log, StringComparison.Ordinal);
        Assert.Contains("201 Created", log, StringComparison.Ordinal);
        await Eventually.IsAsync(async () => await stage.LeftoversAsync() == "", "the engine to be clean");
    }

    [Fact(Timeout = 4 * Minutes)]
    public async Task A_job_whose_container_went_while_its_runner_was_dead_fails_and_leaves_nothing()
    {
        await using var stage = await DockerStage.OpenAsync("killed");
        await stage.Server.PushAsync(stage.Project, (".gitlab-ci.yml", "long:\n  script: [echo started, sleep 600]\n"));
        var job = await stage.Server.JobAsync(stage.Project, "long", "running");
        await ContainsAsync(stage, job, "started\n");
        var left = await stage.LeftoversAsync();
        await stage.KillRunnerAsync();
        Assert.Equal(left, await stage.LeftoversAsync());
        await RunningProcess.RunAsync("docker", ["rm", "--force", left.Split('\n')[0].Split(' ')[1]]);

        stage.Restart();

        job = await stage.Server.JobAsync(stage.Project, "long", "failed");
        Assert.Equal("runner_system_failure", job.GetProperty("failure_reason").GetString());
        Assert.Matches(@"Job failed \(system failure\): the runner stopped while the job was running, and its container [0-9a-f]{12} is gone", await stage.Server.TraceAsync(stage.Project, job));
        await Eventually.IsAsync(async () => await stage.LeftoversAsync() == "", "what is left to go");
    }

    [Fact(Timeout = 4 * Minutes)]
    public async Task Links_in_place_of_artifacts_archives_and_folders_bring_nothing_of_the_runners_machine()
    {
        await using var stage = await DockerStage.OpenAsync("attack");
        var secret = Path.Combine(stage.Scratch, "secret-of-the-runner");
        await File.WriteAllTextAsync(secret, "do not read me\n", TestContext.Current.CancellationToken);
        var mark = Path.Combine(stage.Scratch, "pwned");
        var sha = await stage.Server.PushAsync(stage.Project, (".gitlab-ci.yml", $$"""
            stages: [plant, look]
            default:
              cache: { key: "k", paths: [stolen/, cached] }
            plant:
              stage: plant
              script:
                - mkdir -p real "/cache/root/attack/k"; ln -s {{stage.Scratch}} folder; ln -s {{secret}} file; ln -s {{secret}} real/file; ln -s {{stage.Scratch}} stolen
                - ln -s {{secret}} "/cache/root/attack/k/cache.zip"; ls -l /cache/root/attack/k
                - ln -s {{secret}} "$GITLAB_ENV.x"; mv "$GITLAB_ENV.x" "$GITLAB_ENV"
                - printf '[core]\n fsmonitor = touch {{mark}}\n hooksPath = /tmp\n' >> .git/config; mkdir -p .git/hooks; printf '#!/bin/sh\ntouch {{mark}}\n' > .git/hooks/post-index-change; chmod 755 .git/hooks/*
                - mkfifo real/pipe; mknod real/zero c 1 5
                - rm -rf "$CI_PROJECT_DIR.tmp/out"; ln -s {{stage.Scratch}} "$CI_PROJECT_DIR.tmp/out"
              artifacts:
                untracked: true
                paths: [folder/secret-of-the-runner, file, real/, stolen/]
            look:
              stage: look
              script:
                - ls -lR . ; cat file real/file folder/secret-of-the-runner stolen/secret-of-the-runner || true
                - readlink file; test ! -e real/pipe; test ! -e real/zero
            """));
        var pipeline = await stage.Server.PipelineAsync(stage.Project, sha);
        var jobs = await stage.Server.JobsAsync(stage.Project, pipeline);
        var (plant, look) = (await stage.Server.TraceAsync(stage.Project, jobs[0]), await stage.Server.TraceAsync(stage.Project, jobs[1]));
        Assert.True(pipeline.GetProperty("status").GetString() == "success", plant + look);
        Assert.DoesNotContain("do not read me", plant + look, StringComparison.Ordinal);
        Assert.Contains($"\n{secret}\n", Plain(look), StringComparison.Ordinal);
        Assert.False(File.Exists(mark));
        Assert.Equal("do not read me\n", await File.ReadAllTextAsync(secret, TestContext.Current.CancellationToken));
        var archive = Path.Combine(stage.Scratch, "artifacts.zip");
        await RunningProcess.RunAsync("curl", ["--silent", "--fail", "--header", $"PRIVATE-TOKEN: {stage.Server.Token}", "--output", archive,
            $"{stage.Server.Address}api/v4/projects/{stage.Project}/jobs/{jobs[0].GetProperty("id").GetInt64()}/artifacts"]);
        Assert.False((await File.ReadAllBytesAsync(archive, TestContext.Current.CancellationToken)).AsSpan().IndexOf("do not read me"u8) >= 0);
    }

    [Fact(Timeout = 6 * Minutes)]
    public async Task A_log_of_200_MB_from_a_container_arrives_whole_and_in_bounded_memory()
    {
        await using var stage = await DockerStage.OpenAsync("long-log", ["--max-trace-size", "400"], "--output-limit", "400000");
        var sha = await stage.Server.PushAsync(stage.Project, (".gitlab-ci.yml", """
            print:
              script:
                - awk 'BEGIN { for (i = 1; i <= 200000; i++) printf "%0999d\n", 7 }'
                - echo the-end
            """));
        var pipeline = await stage.Server.PipelineAsync(stage.Project, sha);
        Assert.Equal("success", pipeline.GetProperty("status").GetString());
        var (lines, ended) = (0, false);
        using (var log = await stage.Server.OpenTraceAsync(stage.Project, Assert.Single(await stage.Server.JobsAsync(stage.Project, pipeline))))
        {
            while (await log.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                lines += line.EndsWith("0000007", StringComparison.Ordinal) ? 1 : 0;
                ended |= line.EndsWith("the-end", StringComparison.Ordinal);
            }
        }

        Assert.Equal(200_000, lines);
        Assert.True(ended);
        Assert.True(stage.Runner.Process.PeakMemory() < 150_000_000, $"{stage.Runner.Process.PeakMemory()} bytes");
    }

    private static Task ContainsAsync(DockerStage stage, JsonElement job, string text) => Eventually.IsAsync(
        async () => (await stage.Server.TraceAsync(stage.Project, job)).Contains(text, StringComparison.Ordinal), text);

    /// <summary>Without the time stamps at the beginning of lines.</summary>
    private static string Plain(string log) =>
        System.Text.RegularExpressions.Regex.Replace(log, @"^\d{4}-\d\d-\d\dT[\d:.]+Z \d\d[OE][ +]", "", System.Text.RegularExpressions.RegexOptions.Multiline);
}
