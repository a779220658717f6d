namespace Gantry.Engine.Tests.Sources;

/// <summary>Submodules with settings, large files, other object formats, with real git (official-job-protocol §6.5–§6.7).</summary>
public sealed class SubmoduleAndLfsTests
{
    private const int Limit = 120_000;

    // `lib` with two commits and `docs` with one are modules of the project.
    private const string TwoModules = """
        for name in lib docs; do
          git init -q -b main $name && git -C $name config user.email a@example.com && git -C $name config user.name A
          echo 1 > $name/inside && git -C $name add . && git -C $name commit -qm one
          git -C $name config uploadpack.allowAnySHA1InWant true
        done
        echo 2 > lib/inside && git -C lib commit -qam two
        cd work && git submodule add -q "file://$OLDPWD/lib" lib && git submodule add -q "file://$OLDPWD/docs" docs
        git commit -qm modules && git push -q ../remote.git HEAD:main
        """;

    [Fact(Timeout = Limit)]
    public async Task Only_the_named_submodules_come_and_as_shallow_as_asked_for()
    {
        using var bench = await BenchAsync();
        bench.With("GIT_SUBMODULE_STRATEGY", "normal").With("GIT_SUBMODULE_PATHS", ":(exclude)docs").With("GIT_SUBMODULE_DEPTH", "1")
            .With("GIT_SUBMODULE_UPDATE_FLAGS", "--jobs 2");

        var (code, output) = await bench.GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.Contains("Updating/initializing submodules with git depth set to 1...\n", output, StringComparison.Ordinal);
        Assert.Equal("2\n", bench.File("lib/inside"));
        Assert.False(bench.Exists("docs/inside"));
        Assert.Equal("1\n", await bench.BashAsync($"git -C {bench.Project}/lib rev-list --count HEAD"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_module_is_moved_to_its_branch_when_remote_is_asked_for()
    {
        using var bench = await BenchAsync();
        await bench.BashAsync("echo 3 > lib/inside && git -C lib commit -qam three");
        bench.With("GIT_SUBMODULE_STRATEGY", "recursive").With("GIT_SUBMODULE_DEPTH", "1").With("GIT_SUBMODULE_UPDATE_FLAGS", "--remote");

        var (code, output) = await bench.GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.Equal("3\n", bench.File("lib/inside"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_module_that_an_earlier_job_changed_is_put_right()
    {
        using var bench = await BenchAsync();
        bench.With("GIT_SUBMODULE_STRATEGY", "normal");
        await bench.GetSourcesAsync();
        await bench.BashAsync($"cd {bench.Project}/lib && echo dirty > inside && echo new > rubbish");

        var (code, output) = await bench.GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.Equal(("2\n", false), (bench.File("lib/inside"), bench.Exists("lib/rubbish")));
    }

    [Fact(Timeout = Limit)]
    public async Task Ssh_addresses_of_modules_become_https_with_the_jobs_token()
    {
        using var bench = await GitBench.CreateAsync();
        bench.With("GIT_SUBMODULE_FORCE_HTTPS", "true").With("CI_SERVER_SHELL_SSH_HOST", "ssh.example.com").With("CI_SERVER_SHELL_SSH_PORT", "22");
        bench.Payload = bench.Payload with
        {
            GitInfo = bench.Payload.GitInfo with { RepoUrl = "https://gitlab-ci-token:glcbt-secrettoken@gitlab.example.com/group/project.git" },
        };

        // The fetch fails, nobody answers there; what it would have used is written before.
        await bench.With("GIT_SUBMODULE_STRATEGY", "normal").StageAsync(new Gantry.Engine.Plans.PlannedStage.GetSources());

        var context = bench.Context();
        foreach (var address in new[] { "git@ssh.example.com:group/lib.git", "ssh://git@ssh.example.com/group/lib.git" })
        {
            Assert.Equal(
                "https://gitlab-ci-token:glcbt-secrettoken@gitlab.example.com/group/lib.git\n",
                await bench.BashAsync($"GIT_CONFIG_GLOBAL={context.Git.ExternalConfig} git ls-remote --get-url {address}"));
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Large_files_come_whole_unless_the_job_says_otherwise()
    {
        using var bench = await GitBench.CreateAsync();
        await bench.BashAsync("""
            git lfs install --skip-repo > /dev/null && cd work && git lfs install --local > /dev/null && git lfs track '*.bin' > /dev/null && head -c 5000 /dev/zero > big.bin
            git add . && git commit -qm large && git remote add origin "file://$OLDPWD/remote.git" && git push -q origin HEAD:main
            """);
        bench.Use(depth: 1, (await bench.BashAsync("git -C work rev-parse HEAD")).Trim());

        var (code, output) = await bench.GetSourcesAsync();
        Assert.True(code == 0, output);
        Assert.Equal(5000, bench.File("big.bin").Length);

        await bench.BashAsync($"rm -rf {bench.Project}");
        (code, output) = await bench.With("GIT_LFS_SKIP_SMUDGE", "1").GetSourcesAsync();
        Assert.True(code == 0, output);
        Assert.StartsWith("version https://git-lfs", bench.File("big.bin"), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_repository_of_the_other_object_format_is_fetched()
    {
        using var bench = await GitBench.CreateAsync();
        await bench.BashAsync("""
            git init -q -b main --object-format=sha256 long && git -C long config user.email a@example.com && git -C long config user.name A
            echo sha256 > long/file && git -C long add . && git -C long commit -qm one
            rm -rf remote.git && git clone -q --bare long remote.git
            """);
        bench.Use(depth: 1, (await bench.BashAsync("git -C long rev-parse HEAD")).Trim());
        bench.Payload = bench.Payload with { GitInfo = bench.Payload.GitInfo with { RepoObjectFormat = "sha256" } };

        var (code, output) = await bench.GetSourcesAsync();

        Assert.True(code == 0, output);
        Assert.Equal("sha256\n", bench.File("file"));
    }

    private static async Task<GitBench> BenchAsync()
    {
        var bench = await GitBench.CreateAsync();
        await bench.BashAsync(TwoModules);
        bench.Use(depth: 0, (await bench.BashAsync("git -C work rev-parse HEAD")).Trim());
        return bench;
    }
}
