using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Clients;

/// <summary>The clients that people have for GitLab, from Debian, against our server and runner.</summary>
public sealed class ClientTests : IDisposable
{
    private const int Minutes = 60_000;

    // What a user of python-gitlab writes; prints a line per step. Debian's Python has Debian's package.
    private const string Story = """
        import io, sys, time, zipfile
        import gitlab

        gl = gitlab.Gitlab(sys.argv[1], private_token=sys.argv[2])
        gl.auth()
        print("user", gl.user.username, "server", gl.version()[0].split("-")[0])

        project = gl.projects.create({"name": "Story"})
        commit = project.commits.create({"branch": "main", "commit_message": "First", "actions": [
            {"action": "create", "file_path": ".gitlab-ci.yml", "content": sys.argv[3]},
            {"action": "create", "file_path": "data/input.txt", "content": "42\n"}]})
        file = project.files.get(file_path="data/input.txt", ref="main")
        print("file", file.decode().decode().strip())
        file.content = "43\n"
        file.save(branch="main", commit_message="Second")
        print("commits", len(project.commits.list(all=True)), "branches", [branch.name for branch in project.branches.list()])

        project.variables.create({"key": "GREETING", "value": "hello from a variable"})
        pipeline = project.pipelines.create({"ref": "main", "variables": [{"key": "WHO", "value": "python"}]})
        while pipeline.status not in ("success", "failed", "canceled", "skipped"):
            time.sleep(0.2)
            pipeline.refresh()
        print("pipeline", pipeline.status)
        job = project.jobs.get(pipeline.jobs.list()[0].id)
        trace = job.trace().decode()
        print("trace", "hello from a variable python 43" in trace)
        archive = zipfile.ZipFile(io.BytesIO(job.artifacts()))
        print("artifact", archive.read("out/result.txt").decode().strip(), job.artifact("out/result.txt").decode().strip())
        report = pipeline.test_report.get()
        print("tests", report.total_count, report.failed_count)

        for number in range(25):
            project.variables.create({"key": "V%02d" % number, "value": "x"})
        print("pages", len(project.variables.list(all=True)), len(project.variables.list(page=2, per_page=20)))
        print("iterated", sum(1 for _ in project.variables.list(iterator=True)))

        schedule = project.pipelineschedules.create({"ref": "main", "description": "nightly", "cron": "0 1 * * *"})
        schedule.variables.create({"key": "A", "value": "b"})
        print("schedule", project.pipelineschedules.get(schedule.id).attributes["variables"][0]["key"])
        trigger = project.triggers.create({"description": "mine"})
        print("triggered", project.trigger_pipeline("main", trigger.token, variables={"WHO": "trigger"}).source)
        print("lint", project.ci_lint.create({"content": "job: {scripts: 1}"}).valid if hasattr(project, "ci_lint") else False)
        print("runners", [runner.description for runner in project.runners.list()])
        ada = gl.users.create({"username": "ada", "name": "Ada", "email": "ada@example.com", "password": "correct horse"})
        project.members.create({"user_id": ada.id, "access_level": gitlab.const.AccessLevel.DEVELOPER if hasattr(gitlab.const, "AccessLevel") else 30})
        print("members", sorted(member.username for member in project.members.list()))
        print("tokens", ada.personal_access_tokens.create({"name": "t", "scopes": ["api"]}).token[:6])
        project.protectedbranches.create({"name": "release/*", "push_access_level": 30})
        print("protected", sorted(branch.name for branch in project.protectedbranches.list()))
        project.tags.create({"tag_name": "v1", "ref": "main"})
        print("tags", [tag.name for tag in project.tags.list()])
        print("environments", [(place.name, place.state) for place in project.environments.list()])
        try:
            project.files.create({"file_path": "data/input.txt", "branch": "main", "content": "x", "commit_message": "again"})
        except gitlab.exceptions.GitlabCreateError as error:
            print("refused", error.response_code, error.error_message)
        try:
            gitlab.Gitlab(sys.argv[1], private_token="glpat-wrong").auth()
        except gitlab.exceptions.GitlabAuthenticationError as error:
            print("stranger", error.response_code)
        """;

    private const string Configuration = """
        job:
          environment: {name: staging, url: https://staging.example.com}
          script:
            - echo "$GREETING $WHO $(cat data/input.txt)"
            - mkdir out && cp data/input.txt out/result.txt
            - echo '<testsuite><testcase name="a"/><testcase name="b"><failure>no</failure></testcase></testsuite>' > junit.xml
          artifacts: {paths: [out/], reports: {junit: junit.xml}}
        """;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact(Timeout = 4 * Minutes)]
    public async Task Python_gitlab_makes_a_project_commits_watches_the_pipeline_and_takes_log_and_artifacts()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        var script = Path.Combine(_scratch.Sub("python"), "story.py");
        await File.WriteAllTextAsync(script, Story, TestContext.Current.CancellationToken);

        var lines = await RunningProcess.RunAsync("/usr/bin/python3", [script, server.Address.ToString(), server.Token, Configuration]);

        Assert.Equal(
            """
            user root server 18.9.0
            file 42
            commits 2 branches ['main']
            pipeline success
            trace True
            artifact 43 43
            tests 2 1
            pages 26 6
            iterated 26
            schedule A
            triggered trigger
            lint False
            runners ['shell']
            members ['ada', 'root']
            tokens glpat-
            protected ['main', 'release/*']
            tags ['v1']
            environments [('staging', 'available')]
            refused 400 A file with this name already exists
            stranger 401
            """.ReplaceLineEndings("\n"),
            lines.TrimEnd());
    }

    [Fact(Timeout = 4 * Minutes)]
    public async Task The_command_line_client_makes_a_project_and_reads_the_log_of_its_job()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        // A token in a file, not among the arguments: other users of a machine read those.
        var settings = Path.Combine(_scratch.Sub("cli"), "python-gitlab.cfg");
        await File.WriteAllTextAsync(
            settings, $"[global]\ndefault = gantry\n[gantry]\nurl = {server.Address}\nprivate_token = {server.Token}\n", TestContext.Current.CancellationToken);
        Task<string> Run(params string[] words) => RunningProcess.RunAsync("python-gitlab", ["--config-file", settings, .. words]);

        var id = Number(await Run("project", "create", "--name", "Story"));
        await Run("project-file", "create", "--project-id", id, "--file-path", ".gitlab-ci.yml", "--branch", "main",
            "--content", "job: {script: [echo from the command line]}", "--commit-message", "First");
        var pipeline = Number(await Run("project-pipeline", "list", "--project-id", id));
        await Eventually.IsAsync(
            async () => (await Run("-v", "project-pipeline", "get", "--project-id", id, "--id", pipeline)).Contains("status: success", StringComparison.Ordinal),
            "the pipeline to succeed", TimeSpan.FromSeconds(120));
        var job = Number(await Run("project-job", "list", "--project-id", id));
        Assert.Contains("from the command line", await Run("project-job", "trace", "--project-id", id, "--id", job), StringComparison.Ordinal);
    }

    // "id: 7" is how the client names what it made or found.
    private static string Number(string output) =>
        output.Split('\n').First(line => line.StartsWith("id: ", StringComparison.Ordinal))["id: ".Length..].Trim();
}
