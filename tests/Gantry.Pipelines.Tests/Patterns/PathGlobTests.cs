using CsCheck;
using Gantry.Pipelines.Patterns;

namespace Gantry.Pipelines.Tests.Patterns;

public sealed class PathGlobTests
{
    [Theory]
    [InlineData("*.md", "a.md", true)]
    [InlineData("*.md", "docs/a.md", false)]
    [InlineData("**/*.md", "a.md", true)]
    [InlineData("**/*.md", "x/y/a.md", true)]
    [InlineData("docs/**/*", "docs/a", true)]
    [InlineData("docs/**/*", "docs/a/b/c", true)]
    [InlineData("docs/**", "docs/a", true)]
    [InlineData("docs/**", "docs/a/b", false)]
    [InlineData("a**b", "axxb", true)]
    [InlineData("src/*", "src/.hidden", true)]
    [InlineData("**/x", ".git/x", true)]
    [InlineData("lib/{a,b}.txt", "lib/b.txt", true)]
    [InlineData("lib/{a,{b,c}}.txt", "lib/c.txt", true)]
    [InlineData("{a,b", "{a,b", true)]
    [InlineData("[ab].c", "a.c", true)]
    [InlineData("[!ab].c", "a.c", false)]
    [InlineData("[^ab].c", "x.c", true)]
    [InlineData("[a-c].c", "b.c", true)]
    [InlineData("?.c", "/.c", false)]
    [InlineData(@"\*.c", "*.c", true)]
    [InlineData("a+b(c)", "a+b(c)", true)]
    [InlineData("[x", "[x", true)]
    public void Globs_match_as_Rubys_fnmatch_does(string pattern, string path, bool isMatch) => Assert.Equal(isMatch, PathGlob.IsMatch(pattern, path));

    [Fact]
    public void Any_glob_can_be_asked() =>
        Gen.Char["ab/*?[]{},!^-\\.+("].Array[0, 12].Sample(chars => { _ = PathGlob.IsMatch(new string(chars), "a/b"); }, iter: 10_000);

    [Fact(Timeout = 10_000)]
    public void Braces_that_multiply_cost_no_more_than_their_length()
    {
        var pattern = string.Concat(Enumerable.Repeat("{a,b}", 40)) + "/{x/,y/}**/{c,d{e,f}}.txt";
        var folder = string.Concat(Enumerable.Repeat("ab", 20));

        Assert.True(PathGlob.IsMatch(pattern, folder + "/x/one/two/de.txt"));
        Assert.True(PathGlob.IsMatch(pattern, folder + "/y/c.txt"));
        Assert.False(PathGlob.IsMatch(pattern, folder + "/z/c.txt"));
        Assert.False(PathGlob.IsMatch(pattern, folder + "a/x/c.txt"));
    }
}
