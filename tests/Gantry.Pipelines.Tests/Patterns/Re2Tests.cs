using System.Text.RegularExpressions;
using CsCheck;
using Gantry.Pipelines.Patterns;

namespace Gantry.Pipelines.Tests.Patterns;

public sealed class Re2Tests
{
    [Theory]
    [InlineData("^a.c$", "abc", true)]
    [InlineData("^a.c$", "abc\n", false)]
    [InlineData("a$", "a\n", false)]
    [InlineData(@"^\d+$", "123", true)]
    [InlineData(@"^\d+$", "١٢٣", false)]
    [InlineData(@"^\w$", "é", false)]
    [InlineData(@"^[[:alpha:]]+$", "abc", true)]
    [InlineData(@"^[[:^alpha:]]+$", "123", true)]
    [InlineData(@"^[^\d]+$", "a1", false)]
    [InlineData(@"^\Qa.b\E$", "a.b", true)]
    [InlineData(@"^\Qa.b\E$", "axb", false)]
    [InlineData(@"^\x41\x{42}$", "AB", true)]
    [InlineData("(?i)login", "LOGIN", true)]
    [InlineData("(?i:lo)gin", "LOGIN", false)]
    [InlineData("(?s)a.b", "a\nb", true)]
    [InlineData("a.b", "a\nb", false)]
    [InlineData("(?m)^b$", "a\nb\nc", true)]
    [InlineData("^(?P<year>\\d{4})$", "2024", true)]
    [InlineData("^a{2,3}$", "aaa", true)]
    [InlineData("^a{,3}$", "a{,3}", true)]
    [InlineData("^a b#c$", "a b#c", true)]
    [InlineData(@"^\pL+$", "äb", true)]
    [InlineData(@"^[]a]+$", "]a", true)]
    [InlineData(@"^[a\-z]+$", "a-z", true)]
    [InlineData(@"\bfoo\b", "a foo b", true)]
    [InlineData("^v?\\d+\\.\\d+(\\.\\d+)*(-rc)?$", "v1.2.3-rc", true)]
    public void Patterns_mean_what_they_mean_in_RE2(string pattern, string subject, bool isMatch) =>
        Assert.Equal(isMatch, Re2.Compile(pattern)!.IsMatch(subject));

    [Theory]
    [InlineData("(?=a)b")]
    [InlineData("(?!a)b")]
    [InlineData("(?<=a)b")]
    [InlineData("(?<!a)b")]
    [InlineData(@"(a)\1")]
    [InlineData("(?>a)")]
    [InlineData("a**")]
    [InlineData("a++")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData("a{1001}")]
    [InlineData(@"\p{Nope}")]
    [InlineData(@"\")]
    [InlineData("[z-a]")]
    [InlineData("[[:nope:]]")]
    public void What_RE2_refuses_is_refused(string pattern) => Assert.Null(Re2.Compile(pattern));

    [Theory]
    [InlineData("/a.c/s", "a\nc", true)]
    [InlineData("/^b$/m", "a\nb", true)]
    [InlineData("/ABC/i", "abc", true)]
    [InlineData(@"/a\/b/", "a/b", true)]
    public void A_literal_has_slashes_and_flags(string literal, string subject, bool isMatch) =>
        Assert.Equal(isMatch, RegexLiteral.Parse(literal)!.IsMatch(subject));

    [Theory]
    [InlineData("abc")]
    [InlineData("/abc")]
    [InlineData("//")]
    [InlineData("/a/x")]
    public void Other_texts_are_no_literals(string text) => Assert.Null(RegexLiteral.Parse(text));

    [Fact]
    public void Any_pattern_is_translated_or_refused_but_never_breaks() =>
        Gen.Char["ab01\\[](){}*+?|^$.-:=!<>PQEdwsx,#i &"].Array[0, 16].Sample(chars => { _ = Re2.Compile(new string(chars)); }, iter: 3_000);

    [Fact]
    public void A_plain_text_matches_itself() =>
        Gen.Char[" !\"%&'/0aZ_~é\u20ac"].Array[1, 20].Sample(chars =>
            Re2.Compile($@"\A{string.Concat(chars.Select(c => Regex.Escape(c.ToString()).Replace("\\ ", " ", StringComparison.Ordinal)))}\z")!.IsMatch(new string(chars)));

    [Fact]
    public void A_pattern_that_explodes_elsewhere_ends_at_once() =>
        Assert.DoesNotMatch(Re2.Compile("^(a+)+$")!, new string('a', 5_000) + "b");
}
