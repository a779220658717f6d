using CsCheck;
using Gantry.Pipelines.Expressions;

namespace Gantry.Pipelines.Tests.Expressions;

public sealed class ExpressionTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["A"] = "a",
        ["EMPTY"] = "",
        ["BLANK"] = "  ",
        ["ZERO"] = "0",
        ["RE"] = "/^a/",
        ["PART"] = "cab",
    };

    [Theory]
    [InlineData("$A", true)]
    [InlineData("$NOPE", false)]
    [InlineData("$EMPTY", false)]
    [InlineData("$BLANK", false)]
    [InlineData("$ZERO", true)]
    [InlineData("!$NOPE", true)]
    [InlineData("!$A == \"a\"", false)]
    [InlineData("!($A == \"a\")", false)]
    [InlineData("!!$A", true)]
    [InlineData("$NOPE == null", true)]
    [InlineData("$EMPTY == null", false)]
    [InlineData("$EMPTY == \"\"", true)]
    [InlineData("null == $NOPE", true)]
    [InlineData("$A == true", false)]
    [InlineData("$A == \"a\" || $NOPE && $NOPE", true)]
    [InlineData("($A == \"a\" || $NOPE) && $NOPE", false)]
    [InlineData("$A =~ /^A/i", true)]
    [InlineData("$A =~ $RE", true)]
    [InlineData("$A =~ $NOPE", false)]
    [InlineData("$A !~ $NOPE", true)]
    [InlineData("$NOPE =~ /^ab/", false)]
    [InlineData("$A =~ $PART", true)]
    [InlineData("$A =~ \"xay\"", true)]
    [InlineData("$ZERO =~ $PART", false)]
    [InlineData("'it \"is\"' == 'it \"is\"'", true)]
    public void Expressions_mean_what_they_mean_in_GitLab(string text, bool isTrue) =>
        Assert.Equal(isTrue, Expression.Parse(text)!.IsTrue(name => Variables.GetValueOrDefault(name)));

    [Theory]
    [InlineData("")]
    [InlineData("${A}")]
    [InlineData("$A == a")]
    [InlineData("$A == 1")]
    [InlineData("$A = \"a\"")]
    [InlineData("($A")]
    [InlineData("$A)")]
    [InlineData("$A $A")]
    [InlineData("&& $A")]
    [InlineData("$A ==")]
    [InlineData("$A =~ /./")]
    [InlineData("$A =~ /(ab/")]
    [InlineData("\"open")]
    [InlineData("nullify")]
    [InlineData("()")]
    public void What_is_no_expression_is_refused(string text) => Assert.Null(Expression.Parse(text));

    [Fact]
    public void More_than_a_hundred_words_are_refused()
    {
        Assert.NotNull(Expression.Parse(string.Join(" || ", Enumerable.Repeat("$A", 50))));
        Assert.Null(Expression.Parse(string.Join(" || ", Enumerable.Repeat("$A", 51))));
    }

    [Fact]
    public void Any_text_is_parsed_or_refused_but_never_breaks() =>
        Gen.Char["$A\"'/()=!~&| nult[]s"].Array[0, 30].Sample(chars => { _ = Expression.Parse(new string(chars))?.IsTrue(_ => "x"); }, iter: 5_000);
}
