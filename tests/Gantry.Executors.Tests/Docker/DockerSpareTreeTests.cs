using Gantry.Engine.Running;
using Gantry.Engine.Sources.Mirrors;

namespace Gantry.Executors.Tests.Docker;

/// <summary>Checkouts that are made from an earlier one.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class DockerSpareTreeTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    private static readonly DateTime Long = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact(Timeout = 60_000)]
    public async Task A_kept_checkout_becomes_the_next_one_and_only_what_differs_is_written()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        var (state, kept) = (Path.Combine(bench.Folder, "state"), Path.Combine(bench.Folder, "kept", "project"));
        var repository = await SampleRepository.CreateAsync(
            Path.Combine(bench.Folder, "remote"), token, [("README", "read me\n"), ("old/file", "old\n"), .. Enumerable.Range(0, 1_000).Select(i => ($"many/{i}.txt", $"{i}\n"))]);
        var first = await RunAsync(bench, repository, state, token);
        SpareTree.Keep(state, kept);
        Assert.False(Directory.Exists(first));
        // Only in the checkout: whoever finds it there again has the same file, not another of the same content.
        var same = Path.Combine("many", "7.txt");
        await File.WriteAllTextAsync(Path.Combine(kept, ".git", "refs", "stale"), repository.Sha + "\n", token);
        File.SetLastWriteTimeUtc(Path.Combine(kept, same), Long);
        await new SampleRepository(kept).GitAsync(token, "update-index", "-q", "--refresh");

        await repository.GitAsync(token, "rm", "-q", "old/file");
        await repository.CommitAsync(token, ("README", "other\n"), ("new", "new\n"));
        SpareTree.Offer(kept, state);
        var second = await RunAsync(bench, repository, state, token);
        Assert.Equal(Long, File.GetLastWriteTimeUtc(Path.Combine(second, same)));
        Assert.Equal("other\n", await File.ReadAllTextAsync(Path.Combine(second, "README"), token));
        Assert.False(Directory.Exists(Path.Combine(second, "old")));
        Assert.True(File.Exists(Path.Combine(second, "new")));
        Assert.Equal("", await new SampleRepository(second).GitAsync(token, "status", "--porcelain"));
        Assert.Equal(repository.Sha, (await new SampleRepository(second).GitAsync(token, "rev-parse", "HEAD")).Trim());
        Assert.False(File.Exists(Path.Combine(second, ".git", "refs", "stale")));
        await new SampleRepository(second).GitAsync(token, "fsck", "--strict");

        // Attributes say how files look that are the same to git.
        SpareTree.Keep(state, kept);
        SpareTree.Offer(kept, state);
        await repository.CommitAsync(token, (".gitattributes", "*.txt eol=crlf\n"));
        var third = await RunAsync(bench, repository, state, token);
        Assert.Equal("7\r\n", await File.ReadAllTextAsync(Path.Combine(third, same), token));
    }

    [Fact]
    public void A_small_checkout_is_not_kept()
    {
        var folder = Directory.CreateTempSubdirectory("gantry-test-").FullName;
        var git = Directory.CreateDirectory(Path.Combine(folder, "trees", "project", "key", ".git")).FullName;
        File.WriteAllBytes(Path.Combine(git, "index"), [.. "DIRC"u8, 0, 0, 0, 2, 0, 0, 3, 0xe7]);
        SpareTree.Keep(folder, Path.Combine(folder, "kept"));
        Assert.False(Directory.Exists(Path.Combine(folder, "kept")));

        File.WriteAllBytes(Path.Combine(git, "index"), [.. "DIRC"u8, 0, 0, 0, 2, 0, 0, 3, 0xe8]);
        SpareTree.Keep(folder, Path.Combine(folder, "kept"));
        Assert.True(Directory.Exists(Path.Combine(folder, "kept")));
        Directory.Delete(folder, recursive: true);
    }

    /// <returns>The only checkout.</returns>
    private static async Task<string> RunAsync(DockerBench bench, SampleRepository repository, string state, CancellationToken token)
    {
        var verdict = await bench.Sources(repository).Script("cat README").RunJobAsync(token);
        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        return Assert.Single(Directory.GetDirectories(Path.Combine(state, "trees")).SelectMany(Directory.GetDirectories));
    }
}
