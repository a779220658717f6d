using System.Net;
using Gantry.Coordinator.Tests.Hosting;

namespace Gantry.Coordinator.Tests.Web.Pages;

[Trait("kind", "server")]
public sealed class PageTests
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'";

    private const string Configuration = """
        stages: [build, test]
        compile:
          stage: build
          script: [make]
        check:
          stage: test
          script: [make test]
        by hand:
          stage: test
          when: manual
          script: [make release]
        """;

    [Fact(Timeout = 60_000)]
    public async Task Every_page_of_a_project_opens()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        var (pipeline, job) = await SeedAsync(server, folder);
        using var visitor = await WebVisitor.SignedInAsync(server);

        Assert.Contains("demo", await visitor.ReadAsync("/"), StringComparison.Ordinal);
        var home = await visitor.ReadAsync("/demo/hello");
        Assert.Contains("/demo/hello.git", home, StringComparison.Ordinal);
        Assert.Contains("Read <strong>me</strong>", home, StringComparison.Ordinal);
        Assert.Contains($"/demo/hello/-/pipelines/{pipeline}", await visitor.ReadAsync("/demo/hello/-/pipelines"), StringComparison.Ordinal);
        Assert.Contains("compile", await visitor.ReadAsync($"/demo/hello/-/pipelines/{pipeline}"), StringComparison.Ordinal);
        Assert.Contains("make test", await visitor.ReadAsync("/demo/hello/-/ci/lint"), StringComparison.Ordinal);
        foreach (var path in new[]
        {
            $"/demo/hello/-/pipelines/{pipeline}/builds", $"/demo/hello/-/pipelines/{pipeline}/failures", "/demo/hello/-/pipelines/new", "/demo/hello/-/jobs",
            "/demo/hello/-/tree/main", "/demo/hello/-/blob/main/README.md", "/demo/hello/-/blob/main/README.md?plain=1", "/demo/hello/-/commits", "/demo/hello/-/commits/main/README.md",
            "/demo/hello/-/commit/main", "/demo/hello/-/branches", $"/demo/hello/-/jobs/{job}", "/demo/hello/-/settings/ci_cd", "/demo/hello/-/runners/new", "/demo/hello/-/runners/1", "/admin/runners", "/admin/runners/1", "/projects/new",
        })
        {
            Assert.Contains("</html>", await visitor.ReadAsync(path), StringComparison.Ordinal);
        }

        using var latest = await visitor.OpenAsync("/demo/hello/-/pipelines/latest");
        Assert.Equal($"/demo/hello/-/pipelines/{pipeline}", latest.Headers.Location?.ToString());
    }

    [Fact(Timeout = 60_000)]
    public async Task Texts_of_users_are_never_markup()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await server.PostAsync("projects", $$"""{"path":"evil","namespace_path":"demo","name":"x","description":{{System.Text.Json.Nodes.JsonValue.Create(Hostile)!.ToJsonString()}}}""");
        await PushAsync(server, folder, "demo/evil", $"'{Hostile.Replace("'", "''", StringComparison.Ordinal)}':\n  script: [x]\n", $"# {Hostile}\n", $"title {Hostile}");
        var job = (await server.GetAsync("projects/1/jobs"))[0].GetProperty("id").GetInt64();
        var runner = await TestRunner.CreateAsync(server, $"\"run_untagged\":true,\"description\":{System.Text.Json.Nodes.JsonValue.Create(Hostile)!.ToJsonString()}");
        var taken = await runner.StartAsync();
        using var patched = await taken.PatchAsync(0, $"{Hostile}\n\u001b[31m{Hostile}\u001b[0m javascript://x\n");
        await taken.FinishAsync("failed", ",\"failure_reason\":\"script_failure\",\"exit_code\":1");
        using var visitor = await WebVisitor.SignedInAsync(server);

        foreach (var path in new[]
        {
            "/", "/demo/evil", "/demo/evil/-/pipelines", "/demo/evil/-/pipelines/1", "/demo/evil/-/pipelines/1/builds", "/demo/evil/-/pipelines/1/failures",
            "/demo/evil/-/tree/main", "/demo/evil/-/blob/main/README.md", "/demo/evil/-/blob/main/README.md?plain=1", "/demo/evil/-/commits/main", "/demo/evil/-/commit/main",
            "/demo/evil/-/branches", "/demo/evil/-/jobs", $"/demo/evil/-/jobs/{job}", "/demo/evil/-/settings/ci_cd", "/admin/runners", "/admin/runners/1", "/demo/evil/-/ci/lint",
        })
        {
            Assert.DoesNotContain("<img", await visitor.ReadAsync(path), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Pages_forbid_inline_scripts_and_foreign_content()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        using var visitor = await WebVisitor.SignedInAsync(server);

        using var answer = await visitor.OpenAsync("/");
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" onclick=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Strangers_are_asked_to_sign_in_and_learn_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await server.CreateProjectAsync();
        using var stranger = new WebVisitor(server);

        foreach (var path in new[] { "/", "/demo/hello", "/demo/nothing", "/demo/hello/-/settings/ci_cd", "/admin/runners" })
        {
            using var answer = await stranger.OpenAsync(path);
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
            Assert.Equal($"/users/sign_in?return={Uri.EscapeDataString(path)}", answer.Headers.Location?.ToString());
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_wrong_token_does_not_sign_in()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        using var stranger = new WebVisitor(server);

        using var refused = await stranger.PostAsync("/users/sign_in", ("token", "glpat-wrong"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var page = await stranger.OpenAsync("/projects/new");
        Assert.Equal(HttpStatusCode.SeeOther, page.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_form_without_its_token_or_from_elsewhere_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        using var visitor = await WebVisitor.SignedInAsync(server);

        using var bare = await visitor.PostBareAsync("/projects/new", [("path", "demo/a")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, bare.StatusCode);
        using var wrong = await visitor.PostBareAsync("/projects/new", [("path", "demo/b"), ("authenticity_token", new string('0', 64))]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        using var foreign = await visitor.PostBareAsync(
            "/projects/new", [("path", "demo/c"), ("authenticity_token", await visitor.TokenAsync())], ("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, foreign.StatusCode);
        Assert.Equal(0, (await server.GetAsync("projects")).GetArrayLength());

        using var right = await visitor.PostAsync("/projects/new", ("path", "demo/d"), ("visibility", "private"));
        Assert.Equal("/demo/d", right.Headers.Location?.ToString());
    }

    [Fact(Timeout = 60_000)]
    public async Task Buttons_start_cancel_and_retry_jobs()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        var (pipeline, job) = await SeedAsync(server, folder);
        using var visitor = await WebVisitor.SignedInAsync(server);

        using var canceled = await visitor.PostAsync($"/demo/hello/-/jobs/{job}/cancel");
        Assert.Equal(HttpStatusCode.SeeOther, canceled.StatusCode);
        Assert.Equal("canceled", (await server.GetAsync($"projects/1/jobs/{job}")).GetProperty("status").GetString());
        using var retried = await visitor.PostAsync($"/demo/hello/-/jobs/{job}/retry");
        var attempt = long.Parse(retried.Headers.Location!.ToString().Split('/')[^1], null);
        Assert.True(attempt > job);
        Assert.Equal("pending", (await server.GetAsync($"projects/1/jobs/{attempt}")).GetProperty("status").GetString());
        using var stopped = await visitor.PostAsync($"/demo/hello/-/pipelines/{pipeline}/cancel");
        Assert.Equal("canceled", (await server.GetAsync($"projects/1/pipelines/{pipeline}")).GetProperty("status").GetString());
    }

    [Fact(Timeout = 60_000)]
    public async Task The_form_runs_a_pipeline_or_says_why_not()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await SeedAsync(server, folder);
        using var visitor = await WebVisitor.SignedInAsync(server);

        using var made = await visitor.PostAsync("/demo/hello/-/pipelines", ("ref", "main"), ("type", "env_var"), ("key", "COLOUR"), ("value", "red"));
        Assert.Equal(HttpStatusCode.SeeOther, made.StatusCode);
        using var refused = await visitor.PostAsync("/demo/hello/-/pipelines", ("ref", "nowhere"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("Reference not found", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_runner_made_by_the_form_shows_its_token_once()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await server.CreateProjectAsync();
        using var visitor = await WebVisitor.SignedInAsync(server);

        using var made = await visitor.PostAsync("/demo/hello/-/runners", ("tags", "linux, fast"), ("description", "new one"));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Contains("glrt-", await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var settings = await visitor.ReadAsync("/demo/hello/-/settings/ci_cd");
        Assert.DoesNotContain("glrt-", settings, StringComparison.Ordinal);
        Assert.Contains("new one", settings, StringComparison.Ordinal);
        Assert.Contains("--registration-token GR1348941", settings, StringComparison.Ordinal);

        using var refused = await visitor.PostAsync("/demo/hello/-/runners", ("tags", ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Lint_tells_what_is_wrong_and_where()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await server.CreateProjectAsync();
        using var visitor = await WebVisitor.SignedInAsync(server);

        using var wrong = await visitor.PostAsync("/demo/hello/-/ci/lint", ("content", "a:\n  stage: nowhere\n  script: [x]\n"));
        Assert.Contains("nowhere", await wrong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var right = await visitor.PostAsync("/demo/hello/-/ci/lint", ("content", "hello:\n  script: [x]\n"));
        Assert.Contains("The syntax is correct.", await right.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_interface_speaks_Chinese_to_who_asks_for_it()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        using var visitor = await WebVisitor.SignedInAsync(server);

        Assert.Contains("<h1>项目</h1>", await visitor.ReadAsync("/", ("Accept-Language", "zh-CN,zh;q=0.9")), StringComparison.Ordinal);
        using var chosen = await visitor.PostAsync("/-/preferences", ("language", "en"), ("return", "/"));
        Assert.Contains("<h1>Projects</h1>", await visitor.ReadAsync("/", ("Accept-Language", "zh-CN")), StringComparison.Ordinal);
    }

    internal static async Task<(long Pipeline, long Job)> SeedAsync(TestServer server, TemporaryFolder folder)
    {
        await server.CreateProjectAsync();
        await TestRunner.CreateAsync(server);
        await PushAsync(server, folder, "demo/hello", Configuration, "Read **me**\n", "First commit");
        var pipeline = (await server.GetAsync("projects/1/pipelines"))[0].GetProperty("id").GetInt64();
        var jobs = await server.GetAsync($"projects/1/pipelines/{pipeline}/jobs");
        return (pipeline, jobs.EnumerateArray().First(job => job.GetProperty("name").GetString() == "compile").GetProperty("id").GetInt64());
    }

    private static async Task PushAsync(TestServer server, TemporaryFolder folder, string project, string configuration, string readme, string title)
    {
        var work = await GitClient.InitAsync(folder.At("work-" + project.Replace('/', '-')));
        await work.CommitAsync(title, (".gitlab-ci.yml", configuration), ("README.md", readme));
        await work.RunAsync("push", "--quiet", server.CloneUrl(project), "HEAD:refs/heads/main");
    }
}
