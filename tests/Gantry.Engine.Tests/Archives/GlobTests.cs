using CsCheck;
using Gantry.Engine.Archives;

namespace Gantry.Engine.Tests.Archives;

public sealed class GlobTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("abc", "abc", true)]
    [InlineData("*", "abc", true)]
    [InlineData("*", ".hidden", true)]
    [InlineData("*c", "abc", true)]
    [InlineData("a*", "ab/c", false)]
    [InlineData("a*/b", "abc/b", true)]
    [InlineData("a*/b", "a/c/b", false)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxexxx/f", true)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzx", true)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzy", false)]
    [InlineData("*x", "xxx", true)]
    [InlineData("a?b", "a☺b", true)]
    [InlineData("a?b", "a😀b", true)]
    [InlineData("a???b", "a☺b", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("a*b", "a/b", false)]
    [InlineData(@"a\*b", "ab", false)]
    [InlineData(@"a\*b", "a*b", true)]
    [InlineData(@"a/\**", "a/b/c", false)]
    [InlineData(@"a/\[*\]", "a/bc", false)]
    [InlineData(@"e/\[x\]/*", "e/[x]/[y]", true)]
    [InlineData("a/", "a", false)]
    public void Stars_and_literals_match_within_a_segment(string pattern, string path, bool matches) =>
        Assert.Equal(matches, Glob.Parse(pattern).Matches(path));

    [Theory]
    [InlineData("ab[c]", "abc", true)]
    [InlineData("ab[b-d]", "abc", true)]
    [InlineData("ab[e-g]", "abc", false)]
    [InlineData("ab[^e-g]", "abc", true)]
    [InlineData("ab[^b-d]", "abc", false)]
    [InlineData("a[!a]b", "a☺b", true)]
    [InlineData("a[^a][^a][^a]b", "a☺b", false)]
    [InlineData("[a-ζ]*", "α", true)]
    [InlineData("*[a-ζ]", "A", false)]
    [InlineData(@"[\]a]", "]", true)]
    [InlineData(@"[\-x]", "a", false)]
    [InlineData("[-x]", "-", true)]
    [InlineData("[x-]", "-", true)]
    [InlineData("[a-b-d]", "-", true)]
    [InlineData("[a-b-d]", "c", false)]
    [InlineData("[a-b-x]", "x", true)]
    [InlineData("[a-z0-9]", "1", true)]
    [InlineData(@"e/[\*\?]?", "e/**", true)]
    public void Classes_match_one_character(string pattern, string path, bool matches) =>
        Assert.Equal(matches, Glob.Parse(pattern).Matches(path));

    [Theory]
    [InlineData("**", "", true)]
    [InlineData("a/**", "a", true)]
    [InlineData("a/**/", "a", true)]
    [InlineData("a/**", "a/", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "ab", false)]
    [InlineData("**/c", "c", true)]
    [InlineData("**/c", "a/b/c", true)]
    [InlineData("**/c", "a/abc", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/d", "a/b/c/d", true)]
    [InlineData("a/**/d", "a/bd", false)]
    [InlineData("abc**", "abc/b", false)]
    [InlineData("abc**", "abcd", true)]
    [InlineData("**/*.txt", "abc/【test】.txt", true)]
    [InlineData("**/**/x", "a/b/c/x", true)]
    [InlineData("**/a/**/b/**", "x/a/y/z/b/q", true)]
    [InlineData("**/a/**/b/**", "x/b/y/a/q", false)]
    [InlineData("foo/**/*/*.*", "foo/bar/file.bin", true)]
    [InlineData("foo/**/*/*.*", "foo/file.txt", false)]
    public void Double_stars_match_across_folders(string pattern, string path, bool matches) =>
        Assert.Equal(matches, Glob.Parse(pattern).Matches(path));

    [Theory]
    [InlineData("ab{c,d}", "abc", true)]
    [InlineData("ab{c,d,*}", "abcde", true)]
    [InlineData("a{,bc}", "a", true)]
    [InlineData("a{,bc}", "abc", true)]
    [InlineData("a/{b/c,c/b}", "a/c/b", true)]
    [InlineData("{a/{b,c},abc}", "a/c", true)]
    [InlineData("{a/{b,c},abc}", "a/b/c", false)]
    [InlineData("{a/abc}", "a/abc", true)]
    [InlineData("**/{a,b}", "a/b", true)]
    [InlineData("{a/**,b}/c", "a/x/y/c", true)]
    [InlineData("a{/**,x}", "a/b/c", true)]
    [InlineData(@"f/\{a,b\}/{c,other*}", "f/{a,b}/c", true)]
    [InlineData(@"e/{\*,\?}", "e/?", true)]
    [InlineData("{[,],x}", ",", true)]
    [InlineData("{[,],x}", "x", true)]
    public void Braces_give_alternatives(string pattern, string path, bool matches) =>
        Assert.Equal(matches, Glob.Parse(pattern).Matches(path));

    [Theory]
    [InlineData("[]a]")]
    [InlineData("[")]
    [InlineData("[^")]
    [InlineData("[^bc")]
    [InlineData("a[")]
    [InlineData("ab{c,d}[")]
    [InlineData("a{b")]
    [InlineData(@"\")]
    [InlineData(@"a[b\")]
    public void Broken_patterns_are_refused(string pattern) => Assert.False(Glob.TryParse(pattern, out _));

    [Fact]
    public void A_pattern_below_a_folder_matches_that_name_only_as_a_folder()
    {
        var glob = Glob.Parse("a/**");

        Assert.True(glob.Matches("a", isFolder: true));
        Assert.False(glob.Matches("a", isFolder: false));
        Assert.True(glob.Matches("a/b", isFolder: false));
    }

    [Theory]
    [InlineData("src/app/*.cs", "src/app")]
    [InlineData("src/app", "src")]
    [InlineData("src*/app", "")]
    [InlineData(@"a/\[b\]/**", "a/[b]")]
    [InlineData("a/{b,c}/d", "")]
    public void The_walk_starts_at_the_literal_folder(string pattern, string folder) =>
        Assert.Equal(folder, Glob.Parse(pattern).LiteralFolder);

    [Theory]
    [InlineData("src/**/*.cs", "src", true)]
    [InlineData("src/**/*.cs", "src/deep/er", true)]
    [InlineData("src/**/*.cs", "test", false)]
    [InlineData("*/bin", "src", true)]
    [InlineData("*/bin", "src/bin", false)]
    [InlineData("{a,b/c}/x", "b", true)]
    [InlineData("{a,b/c}/x", "a/x", false)]
    public void Folders_that_cannot_hold_a_match_are_pruned(string pattern, string folder, bool canMatch) =>
        Assert.Equal(canMatch, Glob.Parse(pattern).CanMatchBelow(folder));

    [Fact]
    public void No_pattern_is_slow()
    {
        var stars = Glob.Parse(string.Concat(Enumerable.Repeat("*a", 60)) + "b");
        var folders = Glob.Parse(string.Concat(Enumerable.Repeat("**/", 60)) + "b");

        Assert.False(stars.Matches(new string('a', 4000)));
        Assert.False(folders.Matches(string.Concat(Enumerable.Repeat("a/", 2000))));
        Assert.False(Glob.TryParse(string.Concat(Enumerable.Repeat("{a,b}", 40)), out _));
    }

    [Fact]
    public void Escaped_text_matches_itself_and_nothing_else() => Gen.String[Gen.Char[@"ab/*?[]{}\,-^!"], 0, 12].Sample(text =>
    {
        var escaped = string.Concat(text.Select(c => @"\" + c));
        var glob = Glob.Parse(escaped);
        Assert.True(glob.Matches(text));
        Assert.False(glob.Matches(text + "x"));
    });

    [Fact]
    public void Matching_agrees_with_a_naive_matcher() =>
        Gen.Select(AnyOf("a", "b", "/", "*", "?", "**/", "/**", "[ab]", "[^a]").List[0, 6], Gen.String[Gen.Char["ab/"], 0, 8])
            .Sample((parts, path) =>
            {
                var pattern = string.Concat(parts);
                Assert.True(Glob.Parse(pattern).Matches(path) == Naive.Matches(pattern, path), $"{pattern} on {path}");
            });

    [Fact]
    public void Pruning_never_loses_a_match() =>
        Gen.Select(AnyOf("a", "b", "/", "*", "?", "**/", "/**", "{a,b/}", "[^a]").List[0, 6], AnyOf("a", "b", "ab").List[1, 5])
            .Sample((parts, segments) =>
            {
                var glob = Glob.Parse(string.Concat(parts));
                if (glob.Matches(string.Join('/', segments)))
                {
                    for (var i = 1; i < segments.Count; i++)
                    {
                        Assert.True(glob.CanMatchBelow(string.Join('/', segments.Take(i))), glob.Pattern);
                    }
                }
            });

    private static Gen<string> AnyOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    /// <summary>Tries everything; the meaning of the language in a few lines.</summary>
    private static class Naive
    {
        public static bool Matches(string pattern, string path) =>
            Match(pattern, path, segmentStart: true);

        private static bool Match(string pattern, string path, bool segmentStart)
        {
            if (pattern.Length == 0)
            {
                return path.Length == 0;
            }

            if (path.Length == 0 && pattern is "/**" or "/**/")
            {
                return path.Length == 0 || Tail(pattern, path);
            }

            if (segmentStart && pattern == "**")
            {
                return true;
            }

            if (segmentStart && pattern.StartsWith("**/", StringComparison.Ordinal))
            {
                var slash = path.IndexOf('/');
                return Match(pattern[3..], path, segmentStart: true) || (slash >= 0 && Match(pattern, path[(slash + 1)..], segmentStart: true));
            }

            if (pattern[0] == '*')
            {
                var rest = pattern[(pattern.StartsWith("**", StringComparison.Ordinal) ? 2 : 1)..];
                return Enumerable.Range(0, path.Length + 1)
                    .TakeWhile(i => i == 0 || path[i - 1] != '/').Any(i => Match(rest, path[i..], segmentStart: false));
            }

            return Tail(pattern, path);
        }

        private static bool Tail(string pattern, string path)
        {
            if (path.Length == 0)
            {
                return false;
            }

            var end = pattern[0] == '[' ? pattern.IndexOf(']') + 1 : 1;
            var good = pattern[..end] switch
            {
                "?" => path[0] != '/',
                "[ab]" => path[0] is 'a' or 'b',
                "[^a]" => path[0] is not ('a' or '/'),
                var text => path[0] == text[0],
            };
            return good && Match(pattern[end..], path[1..], segmentStart: pattern[0] == '/');
        }
    }
}
