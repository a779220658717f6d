using System.Net;
using System.Text.Json;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Tests.Hosting;

public sealed class RunnerApiTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;
    private GitClient _git = null!;
    private long _project;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(_folder);
        _project = await _server.CreateProjectAsync();
        _git = await GitClient.InitAsync(_folder.At("work"));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Both_kinds_of_registration_tokens_register_and_others_are_forbidden()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var instance = await _server.Host.Services.Database.ReadAsync(session => session.Instance.Find(InstanceStore.RegistrationToken), cancellation);
        var project = (await _server.GetAsync($"projects/{_project}")).GetProperty("runners_token").GetString();

        foreach (var (token, type) in new[] { (instance, "instance_type"), (project, "project_type") })
        {
            using var made = await TestServer.SendAsync(
                _server.Anonymous, HttpMethod.Post, "runners",
                $$"""{"token":"{{token}}","description":"by hand","tag_list":"a, b","run_untagged":false,"locked":true,"paused":false,"info":{} }""");
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            var answer = JsonElement.Parse(await made.Content.ReadAsStringAsync(cancellation));
            Assert.StartsWith("glrtr-", answer.GetProperty("token").GetString(), StringComparison.Ordinal);

            var runner = await _server.GetAsync($"runners/{answer.GetProperty("id").GetInt64()}");
            Assert.Equal(type, runner.GetProperty("runner_type").GetString());
            Assert.Equal(["a", "b"], runner.GetProperty("tag_list").EnumerateArray().Select(tag => tag.GetString()));
            Assert.Equal("never_contacted", runner.GetProperty("status").GetString());
        }

        using var refused = await TestServer.SendAsync(_server.Anonymous, HttpMethod.Post, "runners", """{"token":"nonsense","info":{} }""");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_runner_without_tags_that_takes_no_untagged_jobs_is_refused()
    {
        var project = (await _server.GetAsync($"projects/{_project}")).GetProperty("runners_token").GetString();
        using var refused = await TestServer.SendAsync(
            _server.Anonymous, HttpMethod.Post, "runners", $$"""{"token":"{{project}}","run_untagged":false,"info":{} }""");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("can not be empty", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_waiting_runner_gets_the_job_when_it_comes()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var runner = await TestRunner.CreateAsync(_server);
        using var first = await runner.RequestAsync();
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        var version = first.Headers.GetValues("X-GitLab-Last-Update").Single();

        var waiting = runner.RequestAsync(version);
        await PushAsync("job:\n  script: [echo]\n");
        using var given = await waiting.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, cancellation);

        Assert.Equal(HttpStatusCode.Created, given.StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Tags_decide_who_gets_a_job()
    {
        await PushAsync("plain:\n  script: [echo]\ntagged:\n  script: [echo]\n  tags: [linux, gpu]\n");
        var only = await TestRunner.CreateAsync(_server, "\"run_untagged\":false,\"tag_list\":\"linux,gpu,big\"");
        var half = await TestRunner.CreateAsync(_server, "\"run_untagged\":false,\"tag_list\":\"linux\"");
        var plain = await TestRunner.CreateAsync(_server);

        using var nothing = await half.RequestAsync();
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);
        Assert.Equal("tagged", (await only.TakeAsync()).Name);
        Assert.Equal("plain", (await plain.TakeAsync()).Name);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_paused_runner_gets_nothing_until_it_is_resumed()
    {
        await PushAsync("job:\n  script: [echo]\n");
        var runner = await TestRunner.CreateAsync(_server, "\"run_untagged\":true,\"paused\":true");
        using var nothing = await runner.RequestAsync();
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);

        var id = (await _server.GetAsync("runners/all")).EnumerateArray().Single().GetProperty("id").GetInt64();
        await _server.JsonAsync(HttpMethod.Put, $"runners/{id}", """{"paused":false}""");

        Assert.Equal("job", (await runner.TakeAsync()).Name);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_job_needs_the_features_that_its_keywords_need()
    {
        await PushAsync("job:\n  script: [echo]\n  artifacts: {paths: [out], exclude: [out/x]}\n");
        var created = await TestRunner.CreateAsync(_server);
        var poor = new TestRunner(_server, created.Token) { Features = "\"features\":{\"artifacts\":true}" };
        using var nothing = await poor.RequestAsync();
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);

        Assert.Equal("job", (await created.TakeAsync()).Name);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_runner_without_two_phases_runs_at_once()
    {
        await PushAsync("job:\n  script: [echo]\n");
        var created = await TestRunner.CreateAsync(_server);
        var old = new TestRunner(_server, created.Token) { Features = "\"features\":{}" };
        var job = await old.TakeAsync();

        Assert.Equal("running", await StatusAsync(job.Id));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_job_cancelled_on_a_runner_that_cannot_stop_gently_is_refused_from_then_on()
    {
        await PushAsync("job:\n  script: [echo]\n");
        var created = await TestRunner.CreateAsync(_server);
        var job = await new TestRunner(_server, created.Token) { Features = "\"features\":{}" }.TakeAsync();

        await _server.PostAsync($"projects/{_project}/jobs/{job.Id}/cancel", "{}");
        using var told = await job.PatchAsync(0, "late");

        Assert.Equal(HttpStatusCode.Forbidden, told.StatusCode);
        Assert.Equal("canceled", told.Headers.GetValues("Job-Status").Single());
        Assert.Equal("canceled", await StatusAsync(job.Id));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_failure_keeps_reason_and_exit_code_and_an_allowed_exit_code_is_a_warning()
    {
        await PushAsync("job:\n  script: [exit 3]\n  allow_failure: {exit_codes: [3]}\n");
        var job = await (await TestRunner.CreateAsync(_server)).StartAsync();
        await job.FinishAsync("failed", ",\"failure_reason\":\"script_failure\",\"exit_code\":3");

        var view = await _server.GetAsync($"projects/{_project}/jobs/{job.Id}");
        Assert.Equal("failed", view.GetProperty("status").GetString());
        Assert.Equal("script_failure", view.GetProperty("failure_reason").GetString());
        Assert.Equal(3, view.GetProperty("exit_code").GetInt32());
        Assert.True(view.GetProperty("allow_failure").GetBoolean());
        var pipeline = await _server.GetAsync($"projects/{_project}/pipelines/latest");
        Assert.Equal("success", pipeline.GetProperty("status").GetString());
        Assert.Equal("success-with-warnings", pipeline.GetProperty("detailed_status").GetProperty("group").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_failed_job_is_tried_again_as_its_retry_says()
    {
        await PushAsync("job:\n  script: [exit 1]\n  retry: 1\n");
        var runner = await TestRunner.CreateAsync(_server);
        var first = await runner.StartAsync();
        await first.FinishAsync("failed", ",\"exit_code\":1");
        var second = await runner.StartAsync();
        await second.FinishAsync("failed", ",\"exit_code\":1");

        Assert.NotEqual(first.Id, second.Id);
        using var nothing = await runner.RequestAsync();
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);
        Assert.Equal("failed", (await _server.GetAsync($"projects/{_project}/pipelines/latest")).GetProperty("status").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task Artifacts_of_an_earlier_stage_are_offered_with_the_later_jobs_own_token()
    {
        await PushAsync("stages: [one, two]\nmake:\n  stage: one\n  script: [make]\n  artifacts: {paths: [out]}\nuse:\n  stage: two\n  script: [use]\n");
        var runner = await TestRunner.CreateAsync(_server);
        var make = await runner.StartAsync();
        using (var uploaded = await make.UploadAsync("PK-bytes"u8.ToArray()))
        {
            Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);
        }

        await make.FinishAsync();
        var use = await runner.StartAsync();
        var dependency = Assert.Single(use.Payload.GetProperty("dependencies").EnumerateArray());
        Assert.Equal("make", dependency.GetProperty("name").GetString());
        Assert.Equal("artifacts.zip", dependency.GetProperty("artifacts_file").GetProperty("filename").GetString());

        using var download = await TestServer.SendAsync(
            _server.Anonymous, HttpMethod.Get, $"jobs/{make.Id}/artifacts?direct_download=true", null, ("JOB-TOKEN", dependency.GetProperty("token").GetString()!));
        Assert.Equal(HttpStatusCode.OK, download.StatusCode);
        Assert.Equal("PK-bytes", await download.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = 120_000)]
    public async Task An_upload_beyond_the_limit_is_too_large_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder, settings => settings with { ArtifactLimit = 1000 });
        await server.CreateProjectAsync();
        var git = await GitClient.InitAsync(folder.At("work"));
        await git.CommitAsync("job", (".gitlab-ci.yml", "job:\n  script: [echo]\n  artifacts: {paths: [out]}\n"));
        await git.RunAsync("push", "--quiet", server.CloneUrl(), "main");
        var job = await (await TestRunner.CreateAsync(server)).StartAsync();

        using var refused = await job.UploadAsync(new byte[5000]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Empty(Directory.GetFiles(folder.At("data", "uploads")));
        Assert.Empty(Directory.GetFiles(folder.At("data", "artifacts"), "*", SearchOption.AllDirectories));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_range_that_does_not_fit_is_a_bad_request()
    {
        await PushAsync("job:\n  script: [echo]\n");
        var job = await (await TestRunner.CreateAsync(_server)).StartAsync();

        using var refused = await job.PatchAsync(0, "hello", range: "0-99");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task Variables_come_in_their_order_with_references_resolved()
    {
        await _server.PostAsync($"projects/{_project}/variables", """{"key":"SECRET","value":"hunter2hunter2","masked":true}""");
        await _server.PostAsync($"projects/{_project}/variables", """{"key":"LEVEL","value":"project"}""");
        await PushAsync("variables: {LEVEL: yaml, GREETING: 'hello $WHO', WHO: world, KEPT: '$NOBODY'}\njob:\n  script: [echo]\n");
        var job = await (await TestRunner.CreateAsync(_server)).TakeAsync();

        Assert.Equal("project", job.Variable("LEVEL"));
        Assert.Equal("hello world", job.Variable("GREETING"));
        Assert.Equal("$NOBODY", job.Variable("KEPT"));
        Assert.Equal(job.Token, job.Variable("CI_JOB_TOKEN"));
        Assert.Equal("demo/hello", job.Variable("CI_PROJECT_PATH"));
        Assert.Equal("true", job.Variable("CI_COMMIT_REF_PROTECTED"));
        var secret = job.Payload.GetProperty("variables").EnumerateArray().Single(item => item.GetProperty("key").GetString() == "SECRET");
        Assert.True(secret.GetProperty("masked").GetBoolean());
        Assert.False(secret.GetProperty("public").GetBoolean());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_newer_commit_cancels_the_older_pipeline()
    {
        await PushAsync("job:\n  script: [echo]\n");
        await PushAsync("job:\n  script: [echo again]\n");

        var statuses = (await _server.GetAsync($"projects/{_project}/pipelines")).EnumerateArray().Select(item => item.GetProperty("status").GetString());
        Assert.Equal(["pending", "canceled"], statuses);
    }

    private async Task PushAsync(string configuration)
    {
        await _git.CommitAsync("Change", (".gitlab-ci.yml", configuration));
        await _git.RunAsync("push", "--quiet", _server.CloneUrl(), "main");
    }

    private async Task<string> StatusAsync(long job) => (await _server.GetAsync($"projects/{_project}/jobs/{job}")).GetProperty("status").GetString()!;
}
