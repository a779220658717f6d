using Gantry.Engine.Keeping;
using Gantry.Engine.Sources.Mirrors;
using Gantry.TestKit.Engine;

namespace Gantry.Engine.Tests.Keeping;

public sealed class PruneTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly KeptDisk Here = new("/", 50);
    private static readonly KeptDisk Far = new("tcp://engine", null);

    private static readonly IReadOnlyList<KeptThing> Things =
    [
        Thing("new", 10, days: 0, Here), Thing("old", 20, days: 9, Here), Thing("older", 30, days: 20, Far), Thing("middle", 40, days: 5, Here),
    ];

    [Theory]
    [InlineData(null, null, "older old middle")]
    [InlineData(100L, null, "")]
    [InlineData(99L, null, "older")]
    [InlineData(60L, null, "older old")]
    [InlineData(0L, null, "older old middle")]
    [InlineData(null, 50L, "")]
    [InlineData(null, 70L, "old")]
    [InlineData(null, 71L, "old middle")]
    [InlineData(80L, 60L, "older old")]
    public void The_longest_unused_go_until_the_rest_fits_and_what_is_in_use_stays(long? most, long? free, string expected) =>
        Assert.Equal(expected, string.Join(' ', new PruneLimits(most, free, TimeSpan.FromHours(24)).Choose(Things, Now).Select(thing => thing.Name)));

    [Fact]
    public async Task Checkouts_and_mirrors_are_found_with_size_and_age_and_removed_whole()
    {
        using var folder = new TempFolder();
        var tree = Directory.CreateDirectory(Path.Combine(folder.Path, "trees", "p", "k", "sub")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(tree, "sub", "file"), "12345", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(tree, "link"), "/etc");
        await File.WriteAllTextAsync(tree + ".used", "", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(tree + ".used", Now.UtcDateTime);
        Directory.CreateDirectory(Path.Combine(folder.Path, "mirrors", "p"));

        var things = KeptSources.Find(folder.Path);
        Assert.Equal(["checkout", "mirror"], things.Select(thing => thing.Kind));
        Assert.Equal((5, Now), (things[0].Bytes, things[0].LastUsed));
        Assert.True(things[0].Disk.Free > 0);
        foreach (var thing in things)
        {
            Assert.Null(await thing.RemoveAsync(TestContext.Current.CancellationToken));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder.Path, "trees", "p")));
        Assert.Empty(KeptSources.Find(folder.Path));
        Assert.True(File.Exists("/etc/passwd"));
    }

    [Fact]
    public void A_checkout_that_a_job_works_on_is_not_offered_for_removal()
    {
        using var folder = new TempFolder();
        foreach (var name in new[] { "used", "free" })
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, "trees", "p", name));
        }

        var job = Directory.CreateDirectory(Path.Combine(folder.Path, KeptSources.SharedTrees, "engine", "job")).FullName;
        File.WriteAllText(Path.Combine(job, KeptSources.SharedTree), "used");
        Assert.Equal("free", Path.GetFileName(Assert.Single(KeptSources.Find(folder.Path)).Name));

        Directory.Delete(job, recursive: true);
        Assert.Equal(2, KeptSources.Find(folder.Path).Count);
    }

    private static KeptThing Thing(string name, long bytes, int days, KeptDisk disk) => new()
    {
        Kind = "image",
        Name = name,
        Bytes = bytes,
        LastUsed = Now.AddDays(-days),
        Disk = disk,
        RemoveAsync = _ => Task.FromResult<string?>(null),
    };
}
