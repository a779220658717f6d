using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Docker;

[Trait("Needs", "DockerEngine")]
public sealed class DockerSourcesTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    [Fact(Timeout = 60_000)]
    public async Task Sources_come_from_the_runner_and_the_image_needs_no_git()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token,
            ("README", "read me\n"), ("run.sh*", "#!/bin/sh\necho it runs\n"), ("link", "->README"), ("deep/er/file", "down there\n"));
        Give(bench, repository, "cat README link deep/er/file", "./run.sh", "readlink link", "stat -c '%a %U %n' README run.sh deep .git", "cat .git/HEAD", "pwd");
        var verdict = await bench.RunJobAsync(token);

        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        var text = bench.Link.Trace;
        foreach (var part in (string[])["read me", "down there", "it runs", "666 root README", "777 root run.sh", "777 root deep", "777 root .git",
            repository.Sha, "Fetching changes with git depth set to 20...", $"Checking out {repository.Sha[..8]} as detached HEAD (ref is main)...", "Skipping Git submodules setup"])
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.Empty(await bench.LeftoversAsync(engine, token));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_image_with_a_user_of_its_own_gets_files_that_are_this_users()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench().Image(LiveEngine.BusyboxApp);
        bench.Settings = bench.Settings with { Volumes = ["/cache"] };
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token, ("README", "read me\n"));
        Give(bench, repository, "id -u", "echo more >> README", "echo new > new", "echo kept > /cache/kept", "stat -c '%a %u:%g %n' README /cache /builds .", "cat .git/config");
        bench.With("FILE_VARIABLE", "x");
        var verdict = await bench.RunJobAsync(token);

        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Contains("644 1000:1000 README", bench.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("755 1000:1000 /cache", bench.Link.Trace, StringComparison.Ordinal);
        await bench.ForgetVolumesAsync(live.Client, token);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_second_job_of_the_same_commit_asks_the_server_for_nothing_and_sees_nothing_of_the_first()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token, ("README", "read me\n"));
        Give(bench, repository, "echo left > left", "rm README", "echo evil > .git/hooks-left");
        Assert.IsType<JobVerdict.Succeeded>(await bench.RunJobAsync(token));

        // The server is gone: what the second job has can only come from the runner.
        Directory.Move(repository.Folder, repository.Folder + ".gone");
        Give(bench, repository, "ls -a . .git", "cat README");
        var verdict = await bench.RunJobAsync(token);
        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.DoesNotContain("hooks-left", bench.Link.Trace[^2000..], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_repository_that_cannot_be_reached_fails_the_job_with_what_git_says()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        Give(bench, new SampleRepository("/nowhere/at/all"), "true");
        bench.Payload = bench.Payload with { GitInfo = bench.Payload.GitInfo with { Sha = new string('a', 40) } };
        var failed = Assert.IsType<JobVerdict.Failed>(await bench.RunJobAsync(token));
        Assert.Equal("script_failure", failed.Reason.Wire);
        Assert.Equal(128, failed.ExitCode);
        Assert.Contains("does not appear to be a git repository", bench.Link.Trace, StringComparison.Ordinal);
        Assert.Empty(await bench.LeftoversAsync(engine, token));
    }

    [Fact(Timeout = 60_000)]
    public async Task Hooks_run_inside_the_container_and_not_on_the_runners_machine()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token, ("README", "read me\n"));
        Give(bench, repository, "cat hook");
        bench.Payload = bench.Payload with
        {
            Hooks =
            [
                new JobHook { Name = "pre_get_sources_script", Script = ["echo before at $(hostname)"] },
                new JobHook { Name = "post_get_sources_script", Script = ["echo after > hook; ls"] },
            ],
        };
        var verdict = await bench.RunJobAsync(token);
        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Contains($"before at {bench.Plan().UniqueName}", bench.Link.Trace, StringComparison.Ordinal);
        Assert.Contains("after", bench.Link.Trace, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_checkout_is_shared_with_the_container_and_what_the_job_writes_goes_with_it()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token, ("README", "read me\n"), ("old", "x\n"));
        Give(bench, repository, "grep -c \" $CI_PROJECT_DIR overlay \" /proc/mounts", "echo changed > README", "rm old", "echo new > new", "cat README");
        var verdict = await bench.RunJobAsync(token);

        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Contains("changed", bench.Link.Trace, StringComparison.Ordinal);
        Assert.Empty(await bench.LeftoversAsync(engine, token));
        var state = Path.Combine(bench.Folder, "state");
        Assert.Empty(Directory.GetFileSystemEntries(Assert.Single(Directory.GetDirectories(Path.Combine(state, "overlays")))));
        var readme = Assert.Single(Directory.GetFiles(Path.Combine(state, "trees"), "README", SearchOption.AllDirectories));
        Assert.Equal("read me\n", await File.ReadAllTextAsync(readme, token));
        Assert.Equal([".git", "README", "old"], Directory.GetFileSystemEntries(Path.GetDirectoryName(readme)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_engine_that_does_not_see_the_runners_folders_gets_a_copy()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        // Another process, such as the engine, finds something else under this name.
        var own = Directory.CreateDirectory("tree-" + Guid.NewGuid().ToString("n"));
        try
        {
            await File.WriteAllTextAsync(Path.Combine(own.FullName, "file"), "copied\n", token);
            await using (var place = await bench.PrepareAsync(token))
            {
                var project = bench.Plan().Folders.Project;
                await ((IReachableWorkspace)place).PlaceAsync(
                    [new PlacedTree { Source = "/proc/self/cwd/" + own.Name, SharedAs = "x", Target = project }, new PlacedTree { Target = project + ".tmp" }], bench.Log, token);
                var exit = await place.RunAsync(DockerBench.Build($"cat {project}/file; ! grep ' {project} ' /proc/mounts"), bench.Log, token);
                Assert.True(exit.Code == 0, bench.Log.Text);
                Assert.Contains("copied\n", bench.Log.Text, StringComparison.Ordinal);
            }

            Assert.Empty(await bench.LeftoversAsync(engine, token));
        }
        finally
        {
            own.Delete(recursive: true);
        }
    }

    private static void Give(DockerBench bench, SampleRepository repository, params string[] script) => bench.Sources(repository).Script(script);
}
