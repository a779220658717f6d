using System.Text;
using CsCheck;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Tests.Traces;

public sealed class EncodedPhrasesTests
{
    private const string Secret = "p@ss \"word\"/<é>+42";

    [Theory]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("us:")]
    [InlineData("user:")]
    public void Base64_of_a_text_with_the_value_is_hidden(string before)
    {
        var whole = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + Secret + " and more"));

        var masked = Masked("Basic " + whole);

        // Only the characters that the value's first and last byte share with their neighbours may remain.
        var first = (before.Length * 8 / 6) + 1;
        var last = ((before.Length + Encoding.UTF8.GetByteCount(Secret)) * 8 / 6) - 1;
        Assert.Contains("[MASKED]", masked, StringComparison.Ordinal);
        for (var at = first; at < last - 3; at++)
        {
            Assert.DoesNotContain(whole.Substring(at, 4), masked, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Base64_of_the_value_alone_is_hidden_with_its_padding() =>
        Assert.Equal("[MASKED]", Masked(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret))));

    [Fact]
    public void Base64_as_echo_makes_it_is_hidden_whole() =>
        Assert.Equal("[MASKED]\n", Masked(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret + "\n")) + "\n"));

    [Fact]
    public void Url_safe_base64_is_hidden() =>
        Gen.String[Gen.Char['!', '~'], 8, 40].Sample(secret =>
        {
            var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).Replace('+', '-').Replace('/', '_');
            return Masked(text, secret) == "[MASKED]";
        });

    [Fact]
    public void Url_encoded_values_are_hidden()
    {
        Assert.Equal("a=[MASKED]&b", Masked("a=" + Uri.EscapeDataString(Secret) + "&b"));
        Assert.Equal("a=[MASKED]&b", Masked("a=" + Uri.EscapeDataString(Secret).Replace("%20", "+", StringComparison.Ordinal) + "&b"));
        Assert.Equal("a=[MASKED]&b", Masked("a=p%40ss%20%22word%22%2f%3c%c3%a9%3e%2b42&b"));
    }

    [Fact]
    public void Json_strings_are_hidden()
    {
        Assert.Equal("{\"a\":\"[MASKED]\"}", Masked("{\"a\":\"p@ss \\\"word\\\"/<é>+42\"}"));
        Assert.Equal("{\"a\":\"[MASKED]\"}", Masked("{\"a\":\"p@ss \\\"word\\\"/\\u003cé\\u003e+42\"}"));
        Assert.Equal("{\"a\":\"[MASKED]\"}", Masked("{\"a\":\"p@ss \\\"word\\\"\\/<é>+42\"}"));
    }

    [Fact]
    public void A_value_of_several_lines_is_hidden_with_terminal_line_ends() =>
        Assert.Equal("x[MASKED]y", Masked("xline one\r\nline twoy", "line one\nline two"));

    [Fact]
    public void Short_values_have_no_base64_forms()
    {
        var text = Convert.ToBase64String("x-short1-y"u8);

        Assert.Equal(text, Masked(text, "short1"));
    }

    [Fact]
    public void The_forms_can_be_switched_off()
    {
        var end = new CollectingStage();
        var masker = new PhraseMasker(PhraseSet.Compile([Secret], encodedForms: false), end);

        masker.Write(Encoding.UTF8.GetBytes(Uri.EscapeDataString(Secret)));

        Assert.Equal(Uri.EscapeDataString(Secret), end.Text);
    }

    private static string Masked(string text, string secret = Secret)
    {
        var end = new CollectingStage();
        var masker = new PhraseMasker(PhraseSet.Compile([secret], encodedForms: true), end);
        masker.Write(Encoding.UTF8.GetBytes(text));
        masker.Close();
        return end.Text;
    }
}
