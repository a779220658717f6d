using CsCheck;
using Gantry.Engine.Archives;

namespace Gantry.Engine.Tests.Archives;

public sealed class ShellExpansionTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["NAME"] = "app",
        ["EMPTY"] = "",
        ["FILE"] = "src/main/app.tar.gz",
        ["WORDS"] = "two  words",
        ["MIXED"] = "hEllo",
    };

    [Theory]
    [InlineData("plain/*.txt", "plain/*.txt")]
    [InlineData("$NAME/$UNSET/x", "app//x")]
    [InlineData("${NAME}s", "apps")]
    [InlineData("$NAMEs", "")]
    [InlineData("$WORDS", "two  words")]
    [InlineData("a $ b", "a $ b")]
    [InlineData("100$", "100$")]
    [InlineData(@"\$NAME \\ \` \x", @"$NAME \ ` \x")]
    [InlineData("it's \"q\"", "it's \"q\"")]
    [InlineData("~/x", "~/x")]
    [InlineData("$1$@$?", "")]
    [InlineData("${#FILE}", "19")]
    public void Plain_variables_and_escapes(string text, string expected) => Assert.Equal(expected, Expand(text));

    [Theory]
    [InlineData("${NAME:-x}", "app")]
    [InlineData("${EMPTY:-x}", "x")]
    [InlineData("${EMPTY-x}", "")]
    [InlineData("${UNSET-x}", "x")]
    [InlineData("${UNSET:-${NAME}-${EMPTY:-deep}}", "app-deep")]
    [InlineData("${UNSET:-\"a } b\"}", "a } b")]
    [InlineData("${UNSET:-'$NAME'}", "$NAME")]
    [InlineData("${UNSET:-\"$NAME\"}", "app")]
    [InlineData(@"${UNSET:-a\}b}", "a}b")]
    [InlineData("${NAME:+set}", "set")]
    [InlineData("${EMPTY:+set}", "")]
    [InlineData("${EMPTY+set}", "set")]
    [InlineData("${UNSET+set}", "")]
    [InlineData("${NAME:?must}", "app")]
    [InlineData("${EMPTY?must}", "")]
    public void Defaults_and_alternatives(string text, string expected) => Assert.Equal(expected, Expand(text));

    [Theory]
    [InlineData("${FILE#*/}", "main/app.tar.gz")]
    [InlineData("${FILE##*/}", "app.tar.gz")]
    [InlineData("${FILE%.*}", "src/main/app.tar")]
    [InlineData("${FILE%%.*}", "src/main/app")]
    [InlineData("${FILE%[h-y]z}", "src/main/app.tar.gz")]
    [InlineData("${FILE%.[!a]z}", "src/main/app.tar")]
    [InlineData("${FILE/a/A}", "src/mAin/app.tar.gz")]
    [InlineData("${FILE//a/A}", "src/mAin/App.tAr.gz")]
    [InlineData("${FILE//a}", "src/min/pp.tr.gz")]
    [InlineData(@"${FILE//\//-}", "src-main-app.tar.gz")]
    [InlineData("${FILE:4}", "main/app.tar.gz")]
    [InlineData("${FILE:4:4}", "main")]
    [InlineData("${FILE: -2}", "gz")]
    [InlineData("${MIXED^}", "HEllo")]
    [InlineData("${MIXED^^}", "HELLO")]
    [InlineData("${MIXED,,}", "hello")]
    [InlineData("${MIXED^^l}", "hELLo")]
    public void Operations_on_the_value(string text, string expected) => Assert.Equal(expected, Expand(text));

    [Theory]
    [InlineData("echo $(uname -a)", "1:6: unexpected command substitution")]
    [InlineData("a`b`", "1:2: unexpected command substitution")]
    [InlineData("x\n$((1+1))", "2:1: arithmetic expansion is not supported")]
    [InlineData("${NAME", "1:1: reached EOF without matching ${ with }")]
    [InlineData("${UNSET:-${NAME}", "1:1: reached EOF without matching ${ with }")]
    [InlineData("${}", "1:1: bad parameter expansion")]
    [InlineData("${UNSET:=x}", "1:8: environment is read-only")]
    [InlineData("${EMPTY:?must be set}", "1:21: EMPTY: must be set")]
    [InlineData("${NAME@Q}", "1:7: not a valid parameter expansion operator")]
    public void Bad_texts_say_where_and_why(string text, string expected)
    {
        Assert.False(ShellExpansion.TryExpand(text, Variables, out _, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_bad_text_is_kept_with_a_warning()
    {
        List<ArchiveNotice> notices = [];

        Assert.Equal("$(x)/*", ShellExpansion.Expand("$(x)/*", "path", Variables, notices.Add));

        Assert.Equal([ArchiveNotice.Warning("invalid path \"$(x)/*\": 1:1: unexpected command substitution")], notices);
    }

    [Fact]
    public void Escaping_special_characters_gives_the_text_back() => Gen.String[Gen.Char["a$`\\{}\"' /:-#é"], 0, 20].Sample(text =>
    {
        var escaped = text.Replace(@"\", @"\\").Replace("$", @"\$").Replace("`", @"\`");
        Assert.Equal(text, Expand(escaped));
    });

    [Fact]
    public void No_text_breaks_the_reader() => Gen.String[Gen.Char["aN$`\\{}\"'/:-#%^,?+=!@1\n[*"], 0, 24].Sample(text =>
        ShellExpansion.TryExpand(text, Variables, out var expanded, out var error) ? expanded is not null : error.Length > 0);

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.False(ShellExpansion.TryExpand(
            string.Concat(Enumerable.Repeat("${U:-", 50_000)) + new string('}', 50_000), Variables, out _, out _));

    private static string Expand(string text)
    {
        Assert.True(ShellExpansion.TryExpand(text, Variables, out var expanded, out var error), error);
        return expanded;
    }
}
