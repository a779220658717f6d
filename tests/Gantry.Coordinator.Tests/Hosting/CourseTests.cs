using System.IO.Compression;
using System.Net;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>Pipelines on their way: groups, children, actions.</summary>
public sealed class CourseTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;
    private GitClient _git = null!;
    private TestRunner _runner = null!;
    private long _project;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(_folder);
        _project = await _server.CreateProjectAsync();
        _git = await GitClient.InitAsync(_folder.At("work"));
        _runner = await TestRunner.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_resource_group_lets_one_job_in_at_a_time()
    {
        await PushAsync("one:\n  script: [echo]\n  resource_group: prod\ntwo:\n  script: [echo]\n  resource_group: prod\n");
        var first = await _runner.StartAsync();
        using (var nothing = await _runner.RequestAsync())
        {
            Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);
        }

        await first.FinishAsync();
        var second = await _runner.StartAsync();
        Assert.NotEqual(first.Name, second.Name);
        await second.FinishAsync();

        Assert.Equal("success", await LatestStatusAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_child_pipeline_is_started_and_its_trigger_job_follows_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await _git.CommitAsync(
            "Parent and child",
            (".gitlab-ci.yml", "parent:\n  variables: {FROM: above}\n  trigger:\n    include: child.yml\n    strategy: depend\n"),
            ("child.yml", "below:\n  script: [echo $FROM]\n"));
        await _git.RunAsync("push", "--quiet", _server.CloneUrl(), "main");

        await WaitForAsync(session => session.Jobs.Waiting().Count == 1, cancellation);
        var job = await _runner.StartAsync();
        Assert.Equal("below", job.Name);
        Assert.Equal("parent_pipeline", job.Variable("CI_PIPELINE_SOURCE"));
        Assert.Equal("above", job.Variable("FROM"));
        Assert.Equal("running", await LatestStatusAsync());

        await job.FinishAsync();
        Assert.Equal("success", await LatestStatusAsync());
        var pipeline = Assert.Single((await _server.GetAsync($"projects/{_project}/pipelines")).EnumerateArray());
        var bridge = Assert.Single((await _server.GetAsync($"projects/{_project}/pipelines/{pipeline.GetProperty("id").GetInt64()}/bridges")).EnumerateArray());
        Assert.Equal("success", bridge.GetProperty("downstream_pipeline").GetProperty("status").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_child_that_is_wrong_fails_its_trigger_job()
    {
        await _git.CommitAsync(
            "Wrong child", (".gitlab-ci.yml", "parent:\n  trigger:\n    include: child.yml\n"), ("child.yml", "below:\n  stage: nowhere\n  script: [echo]\n"));
        await _git.RunAsync("push", "--quiet", _server.CloneUrl(), "main");

        await WaitForAsync(session => session.Pipelines.Latest(_project, null)!.Status == CiStatus.Failed, TestContext.Current.CancellationToken);
        var bridge = await _server.Host.Services.Database.ReadAsync(
            session => session.Jobs.Latest(session.Pipelines.Latest(_project, null)!.Id).Single(), TestContext.Current.CancellationToken);
        Assert.Equal("downstream_pipeline_creation_failed", bridge.FailureReason);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_manual_job_waits_is_played_with_variables_and_runs()
    {
        await PushAsync("job:\n  script: [echo]\n  when: manual\n  allow_failure: false\n");
        Assert.Equal("manual", await LatestStatusAsync());
        var id = (await _server.GetAsync($"projects/{_project}/jobs")).EnumerateArray().Single().GetProperty("id").GetInt64();

        await _server.PostAsync($"projects/{_project}/jobs/{id}/play", """{"job_variables_attributes":[{"key":"WHERE","value":"here"}]}""");
        var job = await _runner.StartAsync();

        Assert.Equal("here", job.Variable("WHERE"));
        Assert.Equal("true", job.Variable("CI_JOB_MANUAL"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_retried_pipeline_runs_its_failures_and_what_was_skipped_for_them()
    {
        await PushAsync("stages: [one, two]\nfirst:\n  stage: one\n  script: [exit 1]\nsecond:\n  stage: two\n  script: [echo]\n");
        await (await _runner.StartAsync()).FinishAsync("failed");
        Assert.Equal("failed", await LatestStatusAsync());

        var pipeline = (await _server.GetAsync($"projects/{_project}/pipelines/latest")).GetProperty("id").GetInt64();
        await _server.PostAsync($"projects/{_project}/pipelines/{pipeline}/retry", "{}");
        await (await _runner.StartAsync()).FinishAsync();
        await (await _runner.StartAsync()).FinishAsync();

        Assert.Equal("success", await LatestStatusAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_wrong_configuration_is_kept_with_its_errors()
    {
        await PushAsync("job:\n  stage: nowhere\n  script: [echo]\n");

        var pipeline = await _server.GetAsync($"projects/{_project}/pipelines/latest");
        Assert.Equal("failed", pipeline.GetProperty("status").GetString());
        Assert.Contains("chosen stage nowhere does not exist", pipeline.GetProperty("yaml_errors").GetString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_commit_that_says_skip_ci_has_a_skipped_pipeline()
    {
        await _git.CommitAsync("Words only [skip ci]", (".gitlab-ci.yml", "job:\n  script: [echo]\n"));
        await _git.RunAsync("push", "--quiet", _server.CloneUrl(), "main");

        Assert.Equal("skipped", await LatestStatusAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task Push_options_give_variables()
    {
        await _git.CommitAsync("With a variable", (".gitlab-ci.yml", "job:\n  script: [echo]\n"));
        await _git.RunAsync("push", "--quiet", "-o", "ci.variable=COLOUR=blue", _server.CloneUrl(), "main");

        Assert.Equal("blue", (await _runner.TakeAsync()).Variable("COLOUR"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_trigger_token_starts_pipelines_of_its_own_project_only()
    {
        await _git.CommitAsync("job", (".gitlab-ci.yml", "job:\n  script: [echo]\n"));
        await _git.RunAsync("push", "--quiet", "-o", "ci.no_pipeline", _server.CloneUrl(), "main");
        var other = await _server.CreateProjectAsync("demo/other");
        var token = (await _server.PostAsync($"projects/{_project}/triggers", """{"description":"nightly"}""")).GetProperty("token").GetString();

        using (var refused = await TestServer.SendAsync(_server.Anonymous, HttpMethod.Post, $"projects/{other}/trigger/pipeline?token={token}&ref=main", null))
        {
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }

        using var started = await TestServer.SendAsync(
            _server.Anonymous, HttpMethod.Post, $"projects/{_project}/trigger/pipeline?token={token}&ref=main&variables[SIZE]=big", null);
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        var job = await _runner.TakeAsync();
        Assert.Equal("trigger", job.Variable("CI_PIPELINE_SOURCE"));
        Assert.Equal("big", job.Variable("SIZE"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Lint_tells_what_is_wrong_and_what_there_would_be()
    {
        var wrong = await _server.PostAsync($"projects/{_project}/ci/lint", """{"content":"job:\n  stage: nowhere\n  script: [echo]\n"}""");
        Assert.False(wrong.GetProperty("valid").GetBoolean());
        Assert.Contains("nowhere", wrong.GetProperty("errors")[0].GetString(), StringComparison.Ordinal);

        var right = await _server.PostAsync($"projects/{_project}/ci/lint", """{"content":"job:\n  script: [echo]\n","include_jobs":true}""");
        Assert.True(right.GetProperty("valid").GetBoolean());
        Assert.Equal("job", right.GetProperty("jobs")[0].GetProperty("name").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_file_of_an_archive_is_read_and_a_path_outside_is_not_there()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await PushAsync("job:\n  script: [echo]\n  artifacts: {paths: [out]}\n");
        var job = await _runner.StartAsync();
        using (var uploaded = await job.UploadAsync(Zip("out/words.txt", "inside")))
        {
            Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);
        }

        Assert.Equal("inside", await _server.Http.GetStringAsync($"projects/{_project}/jobs/{job.Id}/artifacts/out/words.txt", cancellation));
        using var outside = await _server.Http.GetAsync($"projects/{_project}/jobs/{job.Id}/artifacts/..%2F..%2Fdb.sqlite", cancellation);
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
    }

    private static byte[] Zip(string path, string text)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            using var writer = new StreamWriter(zip.CreateEntry(path).Open());
            writer.Write(text);
        }

        return bytes.ToArray();
    }

    private async Task PushAsync(string configuration)
    {
        await _git.CommitAsync("Change", (".gitlab-ci.yml", configuration));
        await _git.RunAsync("push", "--quiet", _server.CloneUrl(), "main");
    }

    private async Task<string> LatestStatusAsync() => (await _server.GetAsync($"projects/{_project}/pipelines/latest")).GetProperty("status").GetString()!;

    // Waits on the feed, not on the clock.
    private async Task WaitForAsync(Func<StoreSession, bool> reached, CancellationToken cancellation)
    {
        var services = _server.Host.Services;
        var changes = services.Changes.Subscribe(_ => true, cancellation);
        if (await services.Database.ReadAsync(reached, cancellation))
        {
            return;
        }

        await foreach (var _ in changes)
        {
            if (await services.Database.ReadAsync(reached, cancellation))
            {
                return;
            }
        }
    }
}
