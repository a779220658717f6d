using System.Globalization;
using System.Text.RegularExpressions;
using Gantry.EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace Gantry.EndToEnd.Tests.Web;

/// <summary>What people do with the pages, in a real browser.</summary>
[Collection(WebCollection.Name)]
public sealed partial class JourneyTests(WebHouse house)
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";

    // What git allows in a name: no blanks.
    private const string HostileBranch = "x\"'><img/src=x/onerror=alert(9)>";

    [Fact(Timeout = 120_000)]
    public async Task The_first_start_prints_a_link_that_sets_the_owners_password()
    {
        using var scratch = new ScratchFolder();
        await using var server = await GantryServer.StartAsync(scratch);
        var link = await Eventually.GetAsync(() => Task.FromResult(Link().Match(server.Process.Output) is { Success: true } match ? match.Value : null), "the link");
        await using var visit = await house.Browser.OpenAsync(server.Address, Look.Light);

        await visit.GoAsync(link);
        await visit.KeepScreenAsync("first-password.light");
        await visit.Page.Locator("input[name=password]").FillAsync("correct horse");
        await visit.Page.Locator("input[name=password_again]").FillAsync("correct horse");
        await visit.Page.Locator("main form button").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("Projects");

        await visit.Page.Locator("details.menu summary").ClickAsync();
        await visit.Page.GetByText("Sign out").ClickAsync();
        await visit.Page.Locator("input[name=login]").FillAsync("root");
        await visit.Page.Locator("input[name=password]").FillAsync("correct horse");
        await visit.Page.Locator("main form button").First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("Projects");

        var again = await visit.Page.GotoAsync(link);
        Assert.Equal(404, again!.Status);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_running_job_shows_its_lines_and_its_end_without_a_reload()
    {
        using var scratch = new ScratchFolder();
        var gate = Path.Combine(scratch.Path, "gate");
        var project = await house.Server.CreateProjectAsync("live");
        await house.Server.PushAsync(project, (".gitlab-ci.yml", $$"""
            wait:
              script:
                - echo first light
                - while [ ! -e {{gate}} ]; do sleep 0.1; done
                - echo second wind
            """));
        var job = await house.Server.JobAsync(project, "wait", "running");
        await using var visit = await house.VisitAsync(Look.Light);
        await visit.GoAsync($"/root/live/-/jobs/{job.GetProperty("id").GetInt64()}");
        await visit.Page.EvaluateAsync("() => { window.notReloaded = true; }");
        await Assertions.Expect(visit.Page.Locator(".log-view").GetByText("first light", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator(".head .status.badge")).ToContainTextAsync("Running");

        await File.WriteAllTextAsync(gate, "", TestContext.Current.CancellationToken);
        await Assertions.Expect(visit.Page.Locator(".log-view").GetByText("second wind", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator(".head .status.badge")).ToContainTextAsync("Passed");
        Assert.True(await visit.Page.EvaluateAsync<bool>("() => window.notReloaded === true"));
        Assert.Empty(visit.Problems);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_terminal_in_a_running_job_takes_what_one_types()
    {
        using var scratch = new ScratchFolder();
        var gate = Path.Combine(scratch.Path, "gate");
        var project = await house.Server.CreateProjectAsync("workshop");
        var sha = await house.Server.PushAsync(project, (".gitlab-ci.yml", $"hold:\n  script: ['while [ ! -e {gate} ]; do sleep 0.1; done']\n"));
        var job = await house.Server.JobAsync(project, "hold", "running");
        await using var visit = await house.VisitAsync(Look.Light);
        await visit.GoAsync($"/root/workshop/-/jobs/{job.GetProperty("id").GetInt64()}");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Terminal" }).ClickAsync();

        var screen = visit.Page.Locator("job-terminal .xterm-rows");
        await Assertions.Expect(visit.Page.Locator(".terminal-end")).ToBeHiddenAsync();
        await visit.Page.Locator("job-terminal textarea").PressSequentiallyAsync("echo the answer is $((6*7)) in $CI_JOB_NAME\n");
        await Assertions.Expect(screen).ToContainTextAsync("the answer is 42 in hold");
        await visit.KeepScreenAsync("terminal.light");
        await visit.Page.Locator("job-terminal textarea").PressSequentiallyAsync("exit\n");
        await Assertions.Expect(visit.Page.Locator(".terminal-end")).ToContainTextAsync("The terminal is closed.");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Connect again" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".terminal-end")).ToBeHiddenAsync();

        await visit.GoAsync("/root/workshop/-/jobs");
        await File.WriteAllTextAsync(gate, "", TestContext.Current.CancellationToken);
        await house.Server.PipelineAsync(project, sha, "success");
        Assert.Empty(visit.Problems);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_log_of_half_a_million_lines_keeps_few_of_them_in_the_page()
    {
        var project = await house.Server.CreateProjectAsync("long");
        var sha = await house.Server.PushAsync(project, (".gitlab-ci.yml", "count:\n  script: [seq 1 500000]\n"));
        await house.Server.PipelineAsync(project, sha, "success");
        var job = await house.Server.JobAsync(project, "count", "success");
        await using var visit = await house.VisitAsync(Look.Light);

        await visit.GoAsync($"/root/long/-/jobs/{job.GetProperty("id").GetInt64()}");
        await Eventually.IsAsync(
            async () =>
            {
                await visit.Page.Locator("[data-act=bottom]").ClickAsync();
                return await visit.Page.Locator(".log-view").GetByText("Job succeeded").CountAsync() > 0;
            },
            "the end of the log");
        Assert.InRange(await visit.Page.Locator(".log-line").CountAsync(), 20, 400);

        await visit.Page.Locator(".log-search input").FillAsync("250000");
        await visit.Page.Locator(".log-search input").PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator(".log-line.current .log-text")).ToHaveTextAsync("250000");
        await visit.Page.EvaluateAsync("() => { location.hash = '#L400000'; }");
        await Assertions.Expect(visit.Page.Locator("#L400000")).ToBeVisibleAsync();
        Assert.InRange(await visit.Page.Locator(".log-line").CountAsync(), 20, 400);
        Assert.Empty(visit.Problems);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_graph_of_dependencies_is_walked_with_the_keyboard_and_lights_up()
    {
        await using var visit = await house.VisitAsync(Look.Light);
        await visit.GoAsync($"/{WebHouse.Project}/-/pipelines/{house.Pipeline.ToString(CultureInfo.InvariantCulture)}/dag");
        ILocator Node(string name) => visit.Page.Locator($".dag-node[aria-label^='{name}:']");

        await Node("compile").FocusAsync();
        await Assertions.Expect(Node("package")).ToHaveClassAsync(Lit());
        await Assertions.Expect(Node("style")).Not.ToHaveClassAsync(Lit());
        await visit.KeepScreenAsync("pipeline-needs-lit.light");
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(visit.Page.Locator(".dag-node:focus")).ToHaveAttributeAsync("data-column", "1");
        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(Node("compile")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("compile");
        Assert.Empty(visit.Problems);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_editor_checks_while_one_types_and_commits()
    {
        var project = await house.Server.CreateProjectAsync("editor");
        await house.Server.PushAsync(project, (".gitlab-ci.yml", "one:\n  script: [a]\n"));
        await using var visit = await house.VisitAsync(Look.Light);
        await visit.GoAsync("/root/editor/-/ci/editor");
        await Assertions.Expect(visit.Page.Locator("#lint-answer .dag-node")).ToHaveCountAsync(1);

        await visit.Page.Locator("#content").FillAsync("one:\n  stage: nowhere\n  script: [a]\n");
        await Assertions.Expect(visit.Page.Locator("#lint-answer .note.is-failed").First).ToBeVisibleAsync();
        await visit.Page.Locator("#content").FillAsync("one:\n  script: [a]\ntwo:\n  needs: [one]\n  script: [b]\n");
        await Assertions.Expect(visit.Page.Locator("#lint-answer .dag-node")).ToHaveCountAsync(2);
        await visit.KeepScreenAsync("editor-typed.light");
        await visit.Page.Locator("#message").FillAsync("Add two");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Commit changes" }).ClickAsync();

        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("Add two");
        await Assertions.Expect(visit.Page.Locator(".pipeline-row")).ToHaveCountAsync(1);
        Assert.Empty(visit.Problems);
    }

    [Fact(Timeout = 180_000)]
    public async Task Hostile_names_logs_and_files_run_nothing_in_the_browser()
    {
        var project = await house.Server.CreateProjectAsync("evil");
        var name = Hostile.Replace("'", "''", StringComparison.Ordinal);
        var sha = await house.Server.PushAsync(
            project,
            (".gitlab-ci.yml", $"'{name}':\n  script:\n    - cat log.txt\n    - mkdir -p out && cp README.md 'out/<img src=x onerror=alert(3)>.html'\n    - exit 1\n  artifacts:\n    when: always\n    paths: [out/]\n"),
            ("log.txt", $"{Hostile}\n\u001b[31m{Hostile}\u001b[0m\nhttps://x\"onmouseover=alert(4)\n"),
            ("README.md", $"# {Hostile}\n\n[x](javascript:alert(5))\n\n<svg onload=alert(6)>\n"),
            ("page.html", "<script>alert(7)</script>"),
            ("picture.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(8)</script></svg>"));
        var pipeline = (await house.Server.PipelineAsync(project, sha, "failed")).GetProperty("id").GetInt64();
        var job = (await house.Server.GetAsync($"projects/{project}/jobs"))[0].GetProperty("id").GetInt64();
        await house.Server.PostAsync($"projects/{project}/repository/branches", ("branch", HostileBranch), ("ref", "main"));
        var branch = string.Join('/', HostileBranch.Split('/').Select(Uri.EscapeDataString));
        await using var visit = await house.VisitAsync(Look.Light);
        foreach (var path in new[]
        {
            "/-/branches", $"/-/tree/{branch}", $"/-/commits/{branch}", $"/-/pipelines?ref={Uri.EscapeDataString(HostileBranch)}", "/-/pipelines/new", "", "/-/tree/main", "/-/blob/main/README.md", "/-/blob/main/page.html", "/-/blob/main/picture.svg", "/-/commits", $"/-/commit/{sha}",
            "/-/pipelines", $"/-/pipelines/{pipeline}", $"/-/pipelines/{pipeline}/dag", $"/-/pipelines/{pipeline}/builds", $"/-/pipelines/{pipeline}/failures",
            $"/-/pipelines/{pipeline}/timing", "/-/jobs", $"/-/jobs/{job}", $"/-/jobs/{job}/artifacts/browse/out", "/-/ci/editor", "/-/environments",
        })
        {
            await visit.GoAsync("/root/evil" + path);
            await visit.SettleAsync();
        }

        foreach (var path in new[] { "/-/raw/main/page.html", "/-/raw/main/picture.svg", $"/-/jobs/{job}/raw" })
            await visit.GoAsync("/root/evil" + path);

        // The sandbox of a raw picture says so on the console when it stops a script; nothing else may have been said.
        Assert.DoesNotContain(visit.Problems, problem => !problem.Contains("sandbox", StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"http\S+reset_password_token=\S+")]
    private static partial Regex Link();

    [GeneratedRegex(@"\bon\b")]
    private static partial Regex Lit();
}
