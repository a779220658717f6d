using System.Diagnostics;
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
