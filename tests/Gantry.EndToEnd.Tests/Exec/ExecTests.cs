using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Exec;

/// <summary><c>gantry exec</c> and <c>gantry ci</c> as a user meets them.</summary>
public sealed class ExecTests
{
    private const string TwoStages = """
        stages: [build, test]
        compile:
          stage: build
          script:
            - cat new.txt > out.txt
          artifacts:
            paths: [out.txt]
        check:
          stage: test
          script:
            - echo "artifact $(cat out.txt)"
            - test ! -e ignored.txt
        """;

    [Fact(Timeout = 120_000)]
    public async Task The_work_tree_runs_as_it_is_and_nothing_of_the_users_changes()
    {
        using var project = await ExecProject.OpenAsync(TwoStages);
        project.Write(".gitignore", "ignored.txt\n");
        project.Write("new.txt", "not committed\n");
        project.Write("ignored.txt", "secret\n");
        Directory.CreateDirectory(Path.Combine(project.Folder, ".gantry"));
        project.Write(".gantry/variables.toml", "[TOKEN]\nvalue = \"hunter2-hunter2\"\nmasked = true\n");
        var before = project.Inventory();

        var output = await project.RunAsync(0);

        Assert.Contains("check   | artifact not committed", output, StringComparison.Ordinal);
        Assert.Contains("Pipeline: success", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", output, StringComparison.Ordinal);
        Assert.Equal(before, project.Inventory());
        Assert.Empty(Directory.EnumerateFileSystemEntries(project.Temporary));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_masked_variable_of_the_project_is_hidden_and_one_job_can_be_asked_for()
    {
        using var project = await ExecProject.OpenAsync("""
            show: { script: ['echo "token $TOKEN of $WHO"'] }
            other: { script: ['echo other'] }
            """);
        Directory.CreateDirectory(Path.Combine(project.Folder, ".gantry"));
        project.Write(".gantry/variables.toml", "[TOKEN]\nvalue = \"hunter2-hunter2\"\nmasked = true\n");

        var output = await project.RunAsync(0, "show", "--variable", "WHO=me");

        Assert.Contains("token [MASKED] of me", output, StringComparison.Ordinal);
        Assert.DoesNotContain("other", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_exit_status_tells_a_failed_job_from_a_wrong_configuration()
    {
        using var project = await ExecProject.OpenAsync("job: { script: ['echo before', 'exit 3'] }");

        var output = await project.RunAsync(1);
        Assert.Contains("job failed at: exit 3", output, StringComparison.Ordinal);
        Assert.Contains("exit code 3", output, StringComparison.Ordinal);

        project.Write(".gitlab-ci.yml", "job:\n  scirpt: [echo]\n");
        output = await project.RunAsync(2);
        Assert.Contains(".gitlab-ci.yml:", output, StringComparison.Ordinal);
        Assert.Contains("did you mean `script`?", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Ctrl_C_runs_after_script_and_leaves_nothing_behind()
    {
        using var project = await ExecProject.OpenAsync("""
            job:
              script: ['echo begun', 'sleep 3217']
              after_script: ['echo "afterwards $CI_JOB_STATUS"']
            """);
        await using var run = project.Start();
        await Eventually.IsAsync(() => Task.FromResult(run.Output.Contains("| begun", StringComparison.Ordinal)), "the job's first line");

        run.Signal("INT");
        Assert.Equal(130, await run.WaitAsync());

        Assert.Contains("afterwards canceled", run.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(project.Temporary));
        Assert.DoesNotContain(Process.GetProcessesByName("sleep"), IsOurs);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_terminal_shows_the_jobs_and_gets_its_screen_back_with_a_summary()
    {
        using var project = await ExecProject.OpenAsync("visible-job: { script: ['echo hello', 'sleep 1'] }");

        var screen = await project.OnTerminalAsync("");

        var (live, after) = screen.Split("\e[?1049l") is [var first, var second] ? (first, second) : ("", "");
        Assert.Contains("\e[?1049h", live, StringComparison.Ordinal);
        Assert.Contains("visible-job", live, StringComparison.Ordinal);
        Assert.Contains("running", live, StringComparison.Ordinal);
        Assert.Contains("Pipeline: success", after, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Ci_list_says_why_a_job_is_left_out_and_lint_where_the_mistake_is()
    {
        using var project = await ExecProject.OpenAsync("""
            always: { script: [echo] }
            tagged:
              script: [echo]
              rules:
                - if: $CI_COMMIT_TAG
            """);

        var list = await project.GantryAsync(0, "ci", "list");
        Assert.Contains("always", list, StringComparison.Ordinal);
        Assert.Contains("tagged: its only rule does not match (line 5: if: $CI_COMMIT_TAG)", list, StringComparison.Ordinal);
        Assert.DoesNotContain("Left out", await project.GantryAsync(0, "ci", "list", "--tag", "v1"), StringComparison.Ordinal);

        Assert.Contains("flowchart LR", await project.GantryAsync(0, "ci", "graph", "--format", "mermaid"), StringComparison.Ordinal);
        project.Write(".gitlab-ci.yml", "a: { stage: nowhere, script: [echo] }\nb: { needs: [c], script: [echo] }\n");
        var lint = await project.GantryAsync(2, "ci", "lint");
        Assert.Contains(".gitlab-ci.yml:1:", lint, StringComparison.Ordinal);
        Assert.Contains(".gitlab-ci.yml:2:", lint, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_web_page_of_a_run_lets_in_who_has_its_link_and_retries_a_failed_job()
    {
        using var project = await ExecProject.OpenAsync("unready: { script: ['test -e $MARK'] }");
        await using var run = project.Start("--ui", "--variable", $"MARK={project.Folder}/mark");
        await Eventually.IsAsync(() => Task.FromResult(run.Output.Contains("The pipeline has ended: failed", StringComparison.Ordinal)), "the end of the pipeline");
        var link = new Uri(Regex.Match(run.Output, "Web page: (http://127\\.0\\.0\\.1:[0-9]+/\\S+)").Groups[1].Value);

        using var stranger = new HttpClient();
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.GetAsync(new Uri(link, "/"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.GetAsync(new Uri(link, "/-/enter/0"))).StatusCode);
        using var user = new HttpClient();
        var page = await user.GetStringAsync(link);
        Assert.Contains("unready", page, StringComparison.Ordinal);

        project.Write("mark", "");
        var retry = Regex.Match(page, "action=\"([^\"]+/-/jobs/[0-9]+/retry)\"[^>]*>\\s*<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]+)\"");
        Assert.True(retry.Success, page);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create(retry.Groups[2].Value, retry.Groups[3].Value)]);
        Assert.True((await user.PostAsync(new Uri(link, retry.Groups[1].Value), form)).IsSuccessStatusCode);
        await Eventually.IsAsync(() => Task.FromResult(run.Output.Contains("The pipeline has ended: success", StringComparison.Ordinal)), "the end of the retried job");
        run.Signal("INT");
        Assert.Equal(0, await run.WaitAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(project.Temporary));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_failed_job_is_kept_until_somebody_was_in_it_with_its_variables_and_files()
    {
        using var project = await ExecProject.OpenAsync("""
            broken:
              variables: { FLAVOUR: mint }
              script: ['echo made > left.txt', 'exit 3']
            """);
        await using var run = project.Start("--keep-on-failure");
        await Eventually.IsAsync(() => Task.FromResult(run.Output.Contains("gantry shell broken", StringComparison.Ordinal)), "the note of the kept job");

        var refused = await project.GantryAsync(2, "shell", "other");
        Assert.Contains("no job 'other' is kept; kept: broken", refused, StringComparison.Ordinal);
        var shell = await project.InShellAsync("broken", "echo \"$FLAVOUR-$(cat left.txt)-$CI_JOB_NAME\"; exit\n");

        Assert.Contains("mint-made-broken", shell, StringComparison.Ordinal);
        Assert.Equal(1, await run.WaitAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(project.Temporary));
        Assert.Contains("nothing is kept", await project.GantryAsync(2, "shell", "broken"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Watching_runs_again_after_a_change_but_not_for_ignored_files()
    {
        using var project = await ExecProject.OpenAsync("show: { script: ['echo \"says $(cat word.txt)\"'] }");
        project.Write(".gitignore", "*.tmp\n");
        project.Write("word.txt", "one\n");
        await using var run = project.Start("--watch");
        await Eventually.IsAsync(() => Task.FromResult(run.Output.Contains("Waiting for changes", StringComparison.Ordinal)), "the end of the first run");

        project.Write("noise.tmp", "x");
        project.Write("word.txt", "two\n");
        await Eventually.IsAsync(() => Task.FromResult(run.Output.Split("Waiting for changes").Length > 2), "the end of the second run");
        run.Signal("INT");

        Assert.Equal(0, await run.WaitAsync());
        Assert.Contains("says one", run.Output, StringComparison.Ordinal);
        Assert.Contains("word.txt has changed", run.Output, StringComparison.Ordinal);
        Assert.Contains("says two", run.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Includes_of_a_project_come_from_the_checkout_that_was_named()
    {
        using var templates = await ExecProject.OpenAsync("unused: { script: [echo] }");
        Directory.CreateDirectory(Path.Combine(templates.Folder, "templates"));
        templates.Write("jobs.yml", "shared: { script: ['echo from the checkout'] }\n");
        templates.Write("templates/greet.yml", "spec: { inputs: { name: {} } }\n---\ngreet: { script: ['echo hello $[[ inputs.name ]]'] }\n");
        using var project = await ExecProject.OpenAsync("""
            include:
              - project: tools/templates
                ref: v1
                file: jobs.yml
              - component: gitlab.example.com/tools/templates/greet@1.0
                inputs: { name: you }
            """);

        var output = await project.RunAsync(0, "--include-from", $"tools/templates={templates.Folder}");

        Assert.Contains("from the checkout", output, StringComparison.Ordinal);
        Assert.Contains("hello you", output, StringComparison.Ordinal);
        Assert.Contains("there is no folder", await project.RunAsync(2, "--include-from", "a/b=nowhere"), StringComparison.Ordinal);
    }

    private static bool IsOurs(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline").Contains("3217", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
