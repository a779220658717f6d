using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Spine;

/// <summary>The published binary, real git, real HTTP, the shell executor.</summary>
public sealed class ShellPipelineTests : IDisposable
{
    private const int Minutes = 60_000;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact(Timeout = 3 * Minutes)]
    public async Task A_pushed_pipeline_runs_and_its_log_says_so()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var project = await server.CreateProjectAsync("hello");

        var sha = await server.PushAsync(project, ("hello.txt", "hello world\n"), (".gitlab-ci.yml", """
            stages: [test]
            hello:
              stage: test
              script:
                - cat hello.txt
                - echo "on $CI_COMMIT_REF_NAME"
            """));

        var pipeline = await server.PipelineAsync(project, sha);
        var job = Assert.Single(await server.JobsAsync(project, pipeline));
        var log = await server.TraceAsync(project, job);
        Assert.Equal("success", pipeline.GetProperty("status").GetString());
        Assert.Contains("hello world\n", log, StringComparison.Ordinal);
        Assert.Contains("on main\n", log, StringComparison.Ordinal);
        Assert.Contains("Job succeeded", log, StringComparison.Ordinal);
        Assert.Contains("Getting source from Git repository", log, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Token, log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 3 * Minutes)]
    public async Task Artifacts_pass_from_one_job_to_the_next()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var project = await server.CreateProjectAsync("artifacts");

        var sha = await server.PushAsync(project, (".gitlab-ci.yml", """
            stages: [build, test]
            compile:
              stage: build
              script:
                - mkdir -p out/deep && echo made-by-compile > out/deep/result.txt && ln -s result.txt out/deep/link
              artifacts:
                paths: [out/]
            check:
              stage: test
              script:
                - cat out/deep/result.txt
                - test "$(readlink out/deep/link)" = result.txt
            """));

        var pipeline = await server.PipelineAsync(project, sha);
        var jobs = await server.JobsAsync(project, pipeline);
        Assert.Equal("success", pipeline.GetProperty("status").GetString());
        Assert.Contains("made-by-compile\n", await server.TraceAsync(project, jobs[1]), StringComparison.Ordinal);
        Assert.Contains("201 Created", await server.TraceAsync(project, jobs[0]), StringComparison.Ordinal);
    }

    [Fact(Timeout = 3 * Minutes)]
    public async Task A_failing_script_fails_the_job_with_its_exit_code_and_runs_after_script()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var project = await server.CreateProjectAsync("failing");

        var sha = await server.PushAsync(project, (".gitlab-ci.yml", """
            broken:
              script: [echo before, exit 42, echo never]
              after_script: ['echo "after: $CI_JOB_STATUS"']
            tolerated:
              script: exit 7
              allow_failure:
                exit_codes: 7
            """));

        var pipeline = await server.PipelineAsync(project, sha);
        var jobs = await server.JobsAsync(project, pipeline);
        var log = await server.TraceAsync(project, jobs[0]);
        Assert.Equal("failed", pipeline.GetProperty("status").GetString());
        Assert.Equal("script_failure", jobs[0].GetProperty("failure_reason").GetString());
        Assert.Contains("after: failed\n", log, StringComparison.Ordinal);
        Assert.Contains("Job failed: exit status 42", log, StringComparison.Ordinal);
        Assert.DoesNotContain("\nnever", log, StringComparison.Ordinal);
        Assert.True(jobs[1].GetProperty("allow_failure").GetBoolean());
    }

    [Fact(Timeout = 3 * Minutes)]
    public async Task A_running_job_can_be_cancelled_and_leaves_no_process()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var project = await server.CreateProjectAsync("cancel");
        var marker = $"gantry-{Guid.NewGuid():N}";

        await server.PushAsync(project, (".gitlab-ci.yml", $$"""
            long:
              script:
                - echo started
                - bash -c 'exec -a {{marker}} sleep 600'
              after_script: ['echo "after: $CI_JOB_STATUS"']
            """));
        var job = await server.JobAsync(project, "long", "running");
        await Eventually.IsAsync(
            async () => (await server.TraceAsync(project, job)).Contains("started\n", StringComparison.Ordinal), "the script to start");
        await server.PostAsync($"projects/{project}/jobs/{job.GetProperty("id").GetInt64()}/cancel");

        var ended = await server.JobAsync(project, "long", "canceled");

        await Eventually.IsAsync(
            async () => (await server.TraceAsync(project, ended)).Contains("Job failed: canceled", StringComparison.Ordinal), "the last line");
        Assert.Contains("after: canceled\n", await server.TraceAsync(project, ended), StringComparison.Ordinal);
        await RunningProcess.RunAsync("pgrep", ["-f", marker], expected: 1);
    }

    [Fact(Timeout = 3 * Minutes)]
    public async Task A_masked_variable_never_shows()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var project = await server.CreateProjectAsync("masked");
        await server.PostAsync($"projects/{project}/variables", ("key", "DEPLOY_KEY"), ("value", "s3cr3t-value-123"), ("masked", "true"));

        var sha = await server.PushAsync(project, (".gitlab-ci.yml", """
            print:
              script:
                - echo "key is $DEPLOY_KEY"
                - test ${#DEPLOY_KEY} = 16
                - for part in s3cr3t -value -123; do printf %s "$part"; done; echo
            """));

        var pipeline = await server.PipelineAsync(project, sha);
        var log = await server.TraceAsync(project, Assert.Single(await server.JobsAsync(project, pipeline)));
        Assert.Equal("success", pipeline.GetProperty("status").GetString());
        Assert.Contains("key is [MASKED]\n", log, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-value-123", log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 3 * Minutes)]
    public async Task A_job_that_takes_too_long_is_ended()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var project = await server.CreateProjectAsync("timeout");

        var sha = await server.PushAsync(project, (".gitlab-ci.yml", """
            slow:
              timeout: 3 seconds
              script: [echo started, sleep 600]
            """));

        var pipeline = await server.PipelineAsync(project, sha);
        var job = Assert.Single(await server.JobsAsync(project, pipeline));
        Assert.Equal("failed", pipeline.GetProperty("status").GetString());
        Assert.Equal("job_execution_timeout", job.GetProperty("failure_reason").GetString());
        Assert.Contains("execution took longer than 3s seconds", await server.TraceAsync(project, job), StringComparison.Ordinal);
    }
}
