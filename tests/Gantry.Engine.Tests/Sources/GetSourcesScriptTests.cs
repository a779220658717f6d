using Gantry.Engine.Plans;

namespace Gantry.Engine.Tests.Sources;

/// <summary>get_sources with real git in a real shell (official-job-protocol §6).</summary>
public sealed class GetSourcesScriptTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("bash", "bash")]
    [InlineData("sh", "dash")]
    public async Task A_fresh_folder_gets_the_commit(string shell, string program)
    {
        using var bench = await GitBench.CreateAsync(shell, program);

        var (code, output) = await bench.GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.Equal("two\n", bench.File("file"));
        Assert.Contains("Fetching changes...\n", output, StringComparison.Ordinal);
        Assert.Contains("Created fresh repository.\n", output, StringComparison.Ordinal);
        Assert.Contains($"Checking out {bench.Head[..8]} as detached HEAD (ref is main)...\n", output, StringComparison.Ordinal);
        Assert.Contains("Skipping Git submodules setup\n", output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Trap", "21")]
    public async Task A_folder_of_an_earlier_job_is_cleaned_and_used_again()
    {
        using var bench = await GitBench.CreateAsync();
        await bench.GetSourcesAsync();
        await bench.BashAsync($"cd {bench.Project}; echo dirt > left; echo changed > file; touch .git/index.lock .git/refs/heads/x.lock; mkdir -p .git/hooks; echo exit 1 > .git/hooks/post-checkout; chmod +x .git/hooks/post-checkout");

        var (code, output) = await bench.GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.Contains("Reinitialized existing Git repository", output, StringComparison.Ordinal);
        Assert.Equal("two\n", bench.File("file"));
        Assert.False(bench.Exists("left"));
        Assert.False(bench.Exists(".git/refs/heads/x.lock"));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Trap", "21")]
    public async Task A_folder_whose_configuration_stays_keeps_its_remote()
    {
        using var bench = await GitBench.CreateAsync();
        bench.Runner = bench.Runner with { CleanGitConfig = false };
        await bench.GetSourcesAsync();

        var (code, output) = await bench.GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.DoesNotContain("Created fresh repository.", output, StringComparison.Ordinal);
        Assert.Equal("1", (await bench.BashAsync($"git -C {bench.Project} config --get-all include.path | wc -l")).Trim());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_depth_makes_a_shallow_checkout_and_none_makes_it_whole_again()
    {
        using var bench = await GitBench.CreateAsync();
        bench.Use(depth: 1);

        var (code, output) = await bench.GetSourcesAsync();
        Assert.True(code == 0, output);
        Assert.Contains("Fetching changes with git depth set to 1...", output, StringComparison.Ordinal);
        Assert.Equal("1", (await bench.BashAsync($"git -C {bench.Project} rev-list --count HEAD")).Trim());

        bench.Use(depth: 0);
        (code, output) = await bench.GetSourcesAsync();
        Assert.True(code == 0, output);
        Assert.Equal("2", (await bench.BashAsync($"git -C {bench.Project} rev-list --count HEAD")).Trim());
    }

    [Fact(Timeout = 60_000)]
    public async Task Clone_begins_with_nothing()
    {
        using var bench = await GitBench.CreateAsync();
        await bench.GetSourcesAsync();
        await bench.BashAsync($"echo dirt > {bench.Project}/.git/dirt");

        var (code, output) = await bench.With("GIT_STRATEGY", "clone").GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.Contains("Created fresh repository.", output, StringComparison.Ordinal);
        Assert.False(bench.Exists(".git/dirt"));
    }

    [Fact(Timeout = 60_000)]
    public async Task None_leaves_the_folder_alone_and_empty_has_its_own()
    {
        using var bench = await GitBench.CreateAsync();
        await bench.GetSourcesAsync();
        await bench.BashAsync($"echo mine > {bench.Project}/mine");

        var (code, output) = await bench.With("GIT_STRATEGY", "none").GetSourcesAsync();
        Assert.True(code == 0, output);
        Assert.True(bench.Exists("mine"));
        Assert.Contains("Skipping Git repository setup\nSkipping Git checkout\nSkipping Git submodules setup\n", output, StringComparison.Ordinal);

        (code, output) = await bench.With("GIT_STRATEGY", "empty").GetSourcesAsync();
        Assert.True(code == 0, output);
        Assert.Empty(Directory.GetFileSystemEntries(bench.Plan().Folders.Project));
        Assert.EndsWith("-empty", bench.Plan().Folders.Project, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_checkout_the_objects_are_there_and_the_files_are_not()
    {
        using var bench = await GitBench.CreateAsync();

        var (code, output) = await bench.With("GIT_CHECKOUT", "false").GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.False(bench.Exists("file"));
        Assert.Contains("Skipping Git checkout", output, StringComparison.Ordinal);
        await bench.BashAsync($"git -C {bench.Project} cat-file -e {bench.Head}");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_missing_commit_fails_with_gits_own_code()
    {
        using var bench = await GitBench.CreateAsync();
        bench.Use(depth: 0, sha: new string('a', 40));

        var (code, _) = await bench.GetSourcesAsync();

        Assert.Equal(128, code);
    }

    [Fact(Timeout = 60_000)]
    public async Task Hooks_of_operator_and_job_run_around_the_checkout()
    {
        using var bench = await GitBench.CreateAsync();
        bench.Runner = bench.Runner with { PreGetSourcesScript = "echo from-config-before", PostGetSourcesScript = "echo from-config-after" };
        bench.Payload = bench.Payload with
        {
            Hooks =
            [
                new() { Name = "pre_get_sources_script", Script = ["echo from-job-before"] },
                new() { Name = "post_get_sources_script", Script = ["echo from-job-after"] },
            ],
        };

        var (code, output) = await bench.GetSourcesAsync();

        Assert.True(code == 0, output);
        var order = new[] { "\nfrom-config-before", "\nfrom-job-before", "Checking out", "\nfrom-job-after", "\nfrom-config-after" };
        Assert.Equal(order.Order(Comparer<string>.Create((a, b) => At(output, a) - At(output, b))), order);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Trap", "20")]
    public async Task Credentials_live_beside_the_checkout_only_and_go_at_the_end()
    {
        using var bench = await GitBench.CreateAsync();
        bench.Runner = bench.Runner with { Url = "https://gitlab.example.com" };

        var (code, output) = await bench.GetSourcesAsync();
        Assert.True(code == 0, output);
        var external = Path.Combine(bench.Project + ".tmp", ".gitlab-runner.ext.conf");
        Assert.Contains("glcbt-secrettoken@gitlab.example.com", File.ReadAllText(external), StringComparison.Ordinal);
        Assert.Equal("", (await bench.BashAsync($"grep -rl secrettoken {bench.Project} || true")).Trim());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(external));
        }

        // The user's own git calls in the script reach the credentials through the include.
        Assert.Contains("gitlab-ci-token:glcbt-secrettoken@gitlab.example.com/g/p.git",
            await bench.BashAsync($"cd {bench.Project}; git remote add other https://gitlab.example.com/g/p.git; git remote get-url other"), StringComparison.Ordinal);

        (code, output) = await bench.StageAsync(new PlannedStage.Cleanup());
        Assert.True(code == 0, output);
        Assert.False(File.Exists(external));
    }

    [Fact(Timeout = 60_000)]
    public async Task File_variables_are_written_for_stages_and_removed_at_the_end()
    {
        using var bench = await GitBench.CreateAsync();
        bench.Payload = bench.Payload with
        {
            Variables = [.. bench.Payload.Variables, new() { Key = "KUBECONFIG", Value = "it's\nsecret $HOME\n", File = true, Raw = true }],
        };
        await bench.GetSourcesAsync();

        var (code, output) = await bench.StageAsync(new PlannedStage.Step("script", ["cat \"$KUBECONFIG\"", "echo KEEP=a=b >> $GITLAB_ENV"]));
        Assert.True(code == 0, output);
        Assert.Contains("it's\nsecret $HOME\n", output, StringComparison.Ordinal);

        (code, output) = await bench.StageAsync(new PlannedStage.AfterScript(["echo kept=$KEEP"]));
        Assert.Contains("kept=a=b", output, StringComparison.Ordinal);

        (code, output) = await bench.StageAsync(new PlannedStage.Cleanup());
        Assert.True(code == 0, output);
        Assert.Empty(Directory.GetFiles(bench.Project + ".tmp"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cleared_work_tree_has_no_files()
    {
        using var bench = await GitBench.CreateAsync();
        await bench.GetSourcesAsync();
        await bench.BashAsync($"cd {bench.Project}; echo dirt > left");

        var (code, output) = await bench.StageAsync(new PlannedStage.ClearWorktree());

        Assert.True(code == 0, output);
        Assert.Equal([".git"], Directory.GetFileSystemEntries(bench.Project).Select(Path.GetFileName));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("fetch", true)]
    [InlineData("clone", false)]
    public async Task Job_cleanup_empties_the_work_folder(string strategy, bool folderStays)
    {
        using var bench = await GitBench.CreateAsync();
        bench.With("FF_ENABLE_JOB_CLEANUP", "true").With("GIT_STRATEGY", strategy);
        await bench.GetSourcesAsync();
        await bench.BashAsync($"cd {bench.Project}; echo dirt > left");

        var (code, output) = await bench.StageAsync(new PlannedStage.Cleanup());

        Assert.True(code == 0, output);
        Assert.Equal(folderStays, Directory.Exists(bench.Project));
        Assert.False(bench.Exists("left"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("normal")]
    [InlineData("recursive")]
    public async Task Submodules_come_with_the_checkout(string strategy)
    {
        using var bench = await GitBench.CreateAsync();
        await bench.BashAsync("""
            git init -q -b main inner && git -C inner config user.email a@example.com && git -C inner config user.name A
            echo inner > inner/inside && git -C inner add . && git -C inner commit -qm inner
            git init -q -b main lib && git -C lib config user.email a@example.com && git -C lib config user.name A
            git -C lib submodule add -q "$PWD/inner" deep && git -C lib commit -qm lib
            cd work && git submodule add -q "$OLDPWD/lib" lib 2>/dev/null || git submodule add -q "$PWD/../lib" lib
            git commit -qm module && git push -q ../remote.git HEAD:main
            """);
        var head = (await bench.BashAsync("git -C work rev-parse HEAD")).Trim();
        bench.Use(depth: 0, head);

        var (code, output) = await bench.With("GIT_SUBMODULE_STRATEGY", strategy).GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.True(bench.Exists("lib/.git"));
        Assert.Equal(strategy == "recursive", bench.Exists("lib/deep/inside"));
        Assert.Contains("Updated submodules\n", output, StringComparison.Ordinal);
        Assert.Contains("Configuring submodules to use parent git credentials...", output, StringComparison.Ordinal);
        Assert.Contains(".gitlab-runner.ext.conf", await bench.BashAsync($"git -C {bench.Project}/lib config include.path"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Addresses_without_tokens_leave_a_helper_that_reads_the_token_when_git_asks()
    {
        using var bench = await GitBench.CreateAsync();
        bench.With("FF_GIT_URLS_WITHOUT_TOKENS", "true");
        bench.Payload = bench.Payload with { GitInfo = bench.Payload.GitInfo with { RepoUrl = "https://gitlab.example.com/g/p.git" } };
        await bench.BashAsync("mkdir -p builds; echo '[user]' > .gitconfig; echo '  name = Me' >> .gitconfig");
        var context = bench.Context();
        var script = new Gantry.Engine.Shells.ScriptBuilder();
        Gantry.Engine.Sources.ExternalConfig.Write(script.MakeFolder(context.Plan.Folders.Temporary), context.Git);
        var text = context.Shell.Render(script.Statements, context.Options);

        await bench.BashAsync(text.Replace("exit 0", "", StringComparison.Ordinal));
        var path = context.Git.ExternalConfig;
        Assert.DoesNotContain("secrettoken", File.ReadAllText(path), StringComparison.Ordinal);
        var answer = await bench.BashAsync($"export CI_JOB_TOKEN=tok; printf 'protocol=https\\nhost=gitlab.example.com\\n\\n' | GIT_CONFIG_GLOBAL={path} git credential fill");
        Assert.Contains("username=gitlab-ci-token\npassword=tok", answer, StringComparison.Ordinal);
    }

    private static int At(string text, string part)
    {
        var at = text.IndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{part} is missing in\n{text}");
        return at;
    }
}
