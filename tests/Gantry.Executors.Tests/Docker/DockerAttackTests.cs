using System.Formats.Tar;
using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Workspaces;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Docker;

/// <summary>What a hostile job tries against the machine of the runner, and gains nothing by.</summary>
public sealed class DockerAttackTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    [Theory(Timeout = 90_000)]
    [InlineData("GIT_CONFIG_COUNT", "1", "GIT_CONFIG_KEY_0", "core.fsmonitor")]
    [InlineData("GIT_SSH_COMMAND", "touch {mark}", "GIT_EXEC_PATH", "/tmp")]
    [InlineData("GIT_EXTERNAL_DIFF", "touch {mark}", "GIT_FETCH_EXTRA_FLAGS", "--upload-pack='touch {mark};git-upload-pack'")]
    [InlineData("BASH_ENV", "{mark}", "GIT_SUBMODULE_UPDATE_FLAGS", "--reference=/etc")]
    [Trait("Needs", "DockerEngine")]
    public async Task Variables_of_a_job_do_not_steer_git_on_the_runners_machine(string first, string firstValue, string second, string secondValue)
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        var mark = Path.Combine(bench.Folder, "pwned");
        await GiveAsync(bench, token, ("README", "x\n"));
        bench.With(first, firstValue.Replace("{mark}", mark, StringComparison.Ordinal)).With(second, secondValue.Replace("{mark}", mark, StringComparison.Ordinal))
            .With("GIT_CONFIG_VALUE_0", "touch " + mark);
        await bench.RunJobAsync(token);
        Assert.False(Path.Exists(mark));
    }

    [Theory(Timeout = 90_000)]
    [InlineData("url = ../x\n update = !touch {mark}")]
    [InlineData("url = {private}")]
    [InlineData("url = file://{private}")]
    [InlineData("url = ext::touch {mark}")]
    [InlineData("url = -u./{mark}")]
    [InlineData("url = ssh://-oProxyCommand=touch${IFS}{mark}/x")]
    [InlineData("path = ../../../out\n url = {private}")]
    [InlineData("url = http://127.0.0.1:9/x\n fetchRecurseSubmodules = true\n branch = --upload-pack=touch")]
    [Trait("Needs", "DockerEngine")]
    public async Task Submodules_of_a_job_run_nothing_on_the_runners_machine_and_reach_none_of_its_repositories(string module)
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        var mark = Path.Combine(bench.Folder, "pwned");
        var secret = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "private"), token, ("secret", "do not read me\n"));
        var text = module.Replace("{mark}", mark, StringComparison.Ordinal).Replace("{private}", secret.Folder, StringComparison.Ordinal);
        var repository = await GiveAsync(bench, token, (".gitmodules", $"[submodule \"sub\"]\n path = sub\n {text}\n"));
        await repository.GitAsync(token, "update-index", "--add", "--cacheinfo", $"160000,{secret.Sha},sub");
        await repository.CommitAsync(token);
        bench.Payload = bench.Payload with { GitInfo = repository.Reference };
        bench.With("GIT_SUBMODULE_STRATEGY", "recursive").Script("cat sub/secret || true");
        var verdict = await bench.RunJobAsync(token);
        Assert.True(verdict is JobVerdict.Failed { Reason.Wire: "script_failure" }, bench.Link.Trace);
        Assert.False(Path.Exists(mark));
        Assert.DoesNotContain("do not read me", bench.Link.Trace, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.Combine(bench.Folder, "state"), "secret", SearchOption.AllDirectories), path => File.Exists(path));
        Assert.False(Path.Exists(Path.Combine(bench.Folder, "out")));
    }

    [Fact(Timeout = 90_000)]
    [Trait("Needs", "DockerEngine")]
    public async Task Hooks_filters_and_configuration_planted_by_a_job_reach_neither_the_runner_nor_the_next_job()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        await GiveAsync(bench, token, ("README", "x\n"), (".gitattributes", "* filter=evil\n"));
        bench.Payload = bench.Payload with
        {
            Steps =
            [
                new JobStep
                {
                    Name = "script",
                    Script =
                    [
                        "mkdir -p .git/hooks; echo 'touch /tmp/pwned' > .git/hooks/post-checkout; chmod 777 .git/hooks/post-checkout",
                        "printf '[core]\\n fsmonitor = touch /tmp/pwned\\n[filter \"evil\"]\\n smudge = touch /tmp/pwned\\n' >> .git/config",
                        "rm -rf README; ln -s /etc/passwd README",
                    ],
                },
            ],
        };
        Assert.IsType<JobVerdict.Succeeded>(await bench.RunJobAsync(token));

        bench.Payload = bench.Payload with { Steps = [new JobStep { Name = "script", Script = ["cat README .git/config; ls -a .git"] }] };
        var link = bench.Link.Trace.Length;
        Assert.IsType<JobVerdict.Succeeded>(await bench.RunJobAsync(token));
        var second = bench.Link.Trace;
        Assert.DoesNotContain("evil", second[Math.Min(link, second.Length / 2)..], StringComparison.Ordinal);
        Assert.False(Path.Exists("/tmp/pwned"));
    }

    [Fact(Timeout = 90_000)]
    [Trait("Needs", "DockerEngine")]
    public async Task A_repository_with_links_out_of_itself_hands_over_links_and_no_content_of_the_runner()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        var secret = Path.Combine(bench.Folder, "secret-of-the-runner");
        await File.WriteAllTextAsync(secret, "do not read me", token);
        await GiveAsync(bench, token, ("out", "->" + secret), ("folder", "->" + bench.Folder), ("README", "x\n"));
        bench.Payload = bench.Payload with { Steps = [new JobStep { Name = "script", Script = ["readlink out", "readlink folder", "cat out folder/secret-of-the-runner || true"] }] };
        var verdict = await bench.RunJobAsync(token);
        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.DoesNotContain("do not read me", bench.Link.Trace, StringComparison.Ordinal);
    }

    [Fact(Timeout = 90_000)]
    [Trait("Needs", "DockerEngine")]
    public async Task Links_planted_by_a_job_are_links_in_what_the_runner_takes_out_and_lead_nowhere_when_it_puts_in()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var place = await bench.PrepareAsync(token);
        var workspace = (IReachableWorkspace)place;
        var project = bench.Plan().Folders.Project;
        var target = Path.Combine(bench.Folder, "target");
        Directory.CreateDirectory(target);
        await workspace.PlaceAsync([new PlacedTree { Target = project }], bench.Log, token);
        await place.RunAsync(DockerBench.Build($"cd {project}; ln -s {target} dir; ln -s /etc/passwd file; mkdir in; echo real > in/file"), bench.Log, token);

        await using (var view = await workspace.OpenAsync(project, ["."], token))
        {
            Assert.Equal(target, new FileInfo(Path.Combine(view.Path, "dir")).LinkTarget);
            Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(view.Path, "file")).LinkTarget);
            Assert.Equal("real\n", await File.ReadAllTextAsync(Path.Combine(view.Path, "in", "file"), token));
        }

        await workspace.PlaceAsync([new PlacedTree { Target = project + "/dir", Files = new Dictionary<string, ReadOnlyMemory<byte>> { ["pwned"] = "x"u8.ToArray() } }], bench.Log, token);
        Assert.Empty(Directory.GetFileSystemEntries(target));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/../outside")]
    public async Task A_name_that_leaves_the_folder_is_left_out(string name)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TestKit.Engine.TempFolder();
        var inside = Directory.CreateDirectory(Path.Combine(folder.Path, "inside")).FullName;
        await TarExtraction.RunAsync(Tar((TarEntryType.RegularFile, name, "x"), (TarEntryType.RegularFile, "kept", "x")), inside, text => text, token);
        Assert.Equal(["inside"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        Assert.Equal(["kept"], Directory.GetFileSystemEntries(inside).Select(Path.GetFileName));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_below_a_link_of_the_same_archive_stays_inside()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TestKit.Engine.TempFolder();
        var (inside, outside) = (Directory.CreateDirectory(Path.Combine(folder.Path, "inside")).FullName, Directory.CreateDirectory(Path.Combine(folder.Path, "outside")).FullName);
        await TarExtraction.RunAsync(Tar((TarEntryType.SymbolicLink, "link", outside), (TarEntryType.RegularFile, "link/file", "x"),
            (TarEntryType.HardLink, "hard", "/etc/passwd"), (TarEntryType.Fifo, "pipe", "")), inside, text => text, token);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.True(File.Exists(Path.Combine(inside, "link", "file")));
        Assert.Null(new DirectoryInfo(Path.Combine(inside, "link")).LinkTarget);
        Assert.False(Path.Exists(Path.Combine(inside, "hard")));
        Assert.False(Path.Exists(Path.Combine(inside, "pipe")));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_link_below_a_link_of_the_same_archive_is_left_out_and_a_link_twice_is_no_error()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TestKit.Engine.TempFolder();
        var (inside, outside) = (Directory.CreateDirectory(Path.Combine(folder.Path, "inside")).FullName, Directory.CreateDirectory(Path.Combine(folder.Path, "outside")).FullName);
        await TarExtraction.RunAsync(Tar((TarEntryType.SymbolicLink, "link", outside), (TarEntryType.SymbolicLink, "link/second", "/etc"),
            (TarEntryType.SymbolicLink, "dangling", "/no/where"), (TarEntryType.SymbolicLink, "dangling", "/etc")), inside, text => text, token);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.Equal("/no/where", new FileInfo(Path.Combine(inside, "dangling")).LinkTarget);
    }

    [Fact(Timeout = 90_000)]
    [Trait("Needs", "DockerEngine")]
    public async Task What_a_killed_runner_left_is_swept_at_the_next_start_and_nothing_else()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var killed = new DockerBench().Service(LiveEngine.NoPorts).With("FF_NETWORK_PER_BUILD", "true");
        killed.Settings = killed.Settings with { Volumes = ["/cache"] };
        using var other = new DockerBench();
        var place = await killed.PrepareAsync(token);
        await ((IReachableWorkspace)place).PlaceAsync([new PlacedTree { Target = killed.Plan().Folders.Project }], killed.Log, token);
        await using var neighbour = await other.PrepareAsync(token);
        await ((IReachableWorkspace)neighbour).PlaceAsync([new PlacedTree { Target = other.Plan().Folders.Project }], other.Log, token);

        using var next = killed.OfProcess("second");
        Assert.Equal(0, await killed.Executor.SweepAsync(new HashSet<long>(), token));
        Assert.Equal(0, await next.SweepAsync(new HashSet<long> { killed.Payload.Id }, token));
        Assert.Equal(4, await next.SweepAsync(new HashSet<long>(), token));
        Assert.Empty(await killed.LeftoversAsync(engine, token));
        Assert.Single(await engine.Volumes.ListAsync([$"{JobLabels.Owner}={killed.Owner}"], token));
        Assert.NotEmpty(await other.LeftoversAsync(engine, token));
        await place.DisposeAsync();
        await killed.ForgetVolumesAsync(engine, token);
    }

    private static async Task<SampleRepository> GiveAsync(DockerBench bench, CancellationToken token, params (string Name, string Text)[] files)
    {
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token, files);
        bench.Sources(repository);
        return repository;
    }

    private static MemoryStream Tar(params (TarEntryType Type, string Name, string Text)[] entries)
    {
        var buffer = new MemoryStream();
        using (var writer = new TarWriter(buffer, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (type, name, text) in entries)
            {
                var entry = new PaxTarEntry(type, name);
                if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                {
                    entry.LinkName = text;
                }
                else if (type == TarEntryType.RegularFile)
                {
                    entry.DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
                }

                writer.WriteEntry(entry);
            }
        }

        buffer.Position = 0;
        return buffer;
    }
}
