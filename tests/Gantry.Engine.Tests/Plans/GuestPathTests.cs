using CsCheck;
using Gantry.Engine.Plans;

namespace Gantry.Engine.Tests.Plans;

public sealed class GuestPathTests
{
    private static readonly Gen<string> Paths = Gen.String[Gen.Char["/.ab"], 0, 16];

    [Fact]
    public void Cleaning_twice_changes_nothing() => Paths.Sample(path => GuestPath.Clean(GuestPath.Clean(path)) == GuestPath.Clean(path));

    [Fact]
    public void A_rooted_path_never_leaves_its_root() =>
        Paths.Sample(path => !GuestPath.Clean("/" + path).Split('/').Contains(".."));

    [Fact]
    public void A_relative_path_leads_back() => Gen.Select(Paths, Paths).Sample((from, to) =>
        GuestPath.Join("/" + from, GuestPath.Relative("/" + from, "/" + to)!) == GuestPath.Clean("/" + to));

    [Theory]
    [InlineData("/builds/../outside", "/builds", false)]
    [InlineData("/builds-2/x", "/builds", false)]
    [InlineData("/builds", "/builds", true)]
    [InlineData("/builds/a/..", "/builds", true)]
    [InlineData("/a", "/", true)]
    public void Inside_is_meant_literally(string path, string folder, bool within) => Assert.Equal(within, GuestPath.IsWithin(path, folder));
}
