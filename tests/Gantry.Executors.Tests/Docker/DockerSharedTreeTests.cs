using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Executors.Docker;

namespace Gantry.Executors.Tests.Docker;

/// <summary>Checkouts that a job gets as they are, with a layer of its own above.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class DockerSharedTreeTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    [Fact(Timeout = 60_000)]
    public async Task A_hostile_root_in_the_container_changes_nothing_in_the_checkout_it_shares_and_nothing_beside_it()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        var repository = await SampleRepository.CreateAsync(
            Path.Combine(bench.Folder, "remote"), token, ("README", "read me\n"), ("old", "old\n"), ("deep/er/file", "file\n"), ("run.sh*", "true\n"), ("link", "->README"));
        var secret = Directory.CreateDirectory(Path.Combine(bench.Folder, "secret")).FullName;
        await File.WriteAllTextAsync(Path.Combine(secret, "kept"), "x", token);
        bench.Sources(repository);
        Assert.True(await bench.Script("grep -q \" $CI_PROJECT_DIR overlay \" /proc/mounts").RunJobAsync(token) is JobVerdict.Succeeded, bench.Link.Trace);
        var trees = Path.Combine(bench.Folder, "state", "trees");
        var before = Print(trees);

        var verdict = await bench.Script(
            "echo more >> README; chmod 4777 run.sh; chown 7:7 run.sh; : > old; ln deep/er/file hard; echo more >> hard",
            "mv deep moved; rm -rf moved; touch -d 2001-01-01 .git/HEAD; echo evil >> .git/config; echo more >> link",
            "mknod whiteout c 0 0 || mknod null c 1 3; printf x > \"$(printf 'no\\377text')\"; mkdir shut; echo x > shut/in; chmod 000 shut",
            $"rm -rf .git; ln -s {secret} .git; ln -s {secret} out; mkdir -p upper work; ln -s {secret} upper/out",
            "mount -o remount,rw \"$CI_PROJECT_DIR\" && exit 3; mount -o bind / shut && exit 4; setfattr -n trusted.overlay.redirect -v /etc . && exit 5; true",
            "path=$(sed -n \"s|^overlay $CI_PROJECT_DIR overlay.*lowerdir=\\([^,]*\\).*|\\1|p\" /proc/mounts); test -n \"$path\"; if ls -d $path; then exit 6; fi").RunJobAsync(token);
        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Equal(before, Print(trees));
        Assert.True(File.Exists(Path.Combine(secret, "kept")));
        Assert.Empty(await bench.LeftoversAsync(engine, token));
        Assert.Empty(Layers(bench));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_second_job_of_a_runner_gets_all_its_files_without_an_archive_call()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var proxy = new EngineProxy(bench.Folder);
        bench.Settings = bench.Settings with { Host = proxy.Host, Volumes = ["/cache"] };
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token, ("README", "read me\n"));
        bench.Sources(repository).Script(
            "cat README; stat -c '%a %n' /builds /builds/* /builds/*/* /cache; ls -ln $CI_PROJECT_DIR.tmp/.gitlab-runner.ext.conf; git --version || true",
            "touch /builds/mine $CI_PROJECT_DIR.tmp/mine /cache/mine");
        Assert.True(await bench.RunJobAsync(token) is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Contains(proxy.Requests, call => call.Contains("/archive", StringComparison.Ordinal));
        var (first, before) = (Shown(bench), proxy.Requests.Count);

        Assert.True(await bench.RunJobAsync(token) is JobVerdict.Succeeded, bench.Link.Trace);

        string[] calls = [.. proxy.Requests.Skip(before)];
        Assert.DoesNotContain(calls, call => call.Contains("/archive", StringComparison.Ordinal));
        Assert.InRange(calls.Length, 1, 8);
        Assert.Equal(first, Shown(bench)[^first.Length..]);
        Assert.Empty(await bench.LeftoversAsync(engine, token));
        Assert.Empty(Layers(bench));
        await bench.ForgetVolumesAsync(engine, token);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_first_job_of_a_process_needs_no_archive_call_when_an_earlier_process_has_left_word()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var proxy = new EngineProxy(bench.Folder);
        var notes = Path.Combine(bench.Folder, "notes");
        bench.Surroundings = given => given with { Notes = new EngineNotes(notes, bench.Folder) };
        bench.Settings = bench.Settings with { Host = proxy.Host };
        bench.Sources(await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token, ("README", "read me\n"))).Script("cat README");
        Assert.True(await bench.RunJobAsync(token) is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Equal(1, ArchiveCalls());
        var word = Assert.Single(Directory.GetFiles(notes));

        bench.ExchangeProcess("second");
        Assert.True(await bench.RunJobAsync(token) is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Equal(1, ArchiveCalls());

        // Word about another engine, or about folders seen from elsewhere.
        File.Move(word, Path.Combine(notes, "another"));
        bench.ExchangeProcess("third");
        Assert.True(await bench.RunJobAsync(token) is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Equal(2, ArchiveCalls());

        int ArchiveCalls() => proxy.Requests.Count(call => call.Contains("/archive", StringComparison.Ordinal));
    }

    /// <summary>The lines about modes.</summary>
    private static string[] Shown(DockerBench bench) =>
        [.. bench.Link.Trace.Split('\n').Where(line => System.Text.RegularExpressions.Regex.IsMatch(line, "[0-9]{3,4} /(builds|cache)|ext.conf")).Select(line => line[(line.IndexOf("01O", StringComparison.Ordinal) + 3)..])];

    [Fact(Timeout = 60_000)]
    public async Task What_a_killed_runners_job_wrote_above_a_checkout_goes_with_its_volume_and_not_before()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench();
        var source = Directory.CreateDirectory(Path.Combine(bench.Folder, "source")).FullName;
        await File.WriteAllTextAsync(Path.Combine(source, "file"), "shared\n", token);
        var place = await bench.PrepareAsync(token);
        var project = bench.Plan().Folders.Project;
        await ((IReachableWorkspace)place).PlaceAsync(
            [new PlacedTree { Source = source, SharedAs = "x", Target = project }, new PlacedTree { Target = project + ".tmp" }], bench.Log, token);
        var exit = await place.RunAsync(DockerBench.Build($"cd {project}; echo new > new; cat file"), bench.Log, token);
        Assert.True(exit.Code == 0, bench.Log.Text);
        var layer = Assert.Single(Layers(bench));
        Assert.Equal(["new"], Directory.GetFileSystemEntries(Path.Combine(layer, "upper")).Select(Path.GetFileName));

        using var next = bench.OfProcess("second");
        await bench.Executor.SweepAsync(new HashSet<long>(), token);
        await next.SweepAsync(new HashSet<long> { bench.Payload.Id }, token);
        Assert.True(Directory.Exists(layer));
        await next.SweepAsync(new HashSet<long>(), token);
        Assert.False(Directory.Exists(layer));
        Assert.Empty(await bench.LeftoversAsync(engine, token));
        await place.DisposeAsync();
    }

    private static string[] Layers(DockerBench bench) => Directory.GetDirectories(Assert.Single(Directory.GetDirectories(Path.Combine(bench.Folder, "state", "overlays"))));

    /// <summary>Everything that can be seen of the files below a folder but their inodes; the marks of use are younger with each job.</summary>
    private static string Print(string folder) => string.Join('\n',
        from item in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        where item.Extension != ".used"
        orderby item.FullName
        select string.Create(CultureInfo.InvariantCulture,
            $"{item.FullName} {item.UnixFileMode} {item.LastWriteTimeUtc:O} {item.LinkTarget} {(item is FileInfo { LinkTarget: null } file ? Convert.ToHexString(File.ReadAllBytes(file.FullName)) : "")}"));
}
