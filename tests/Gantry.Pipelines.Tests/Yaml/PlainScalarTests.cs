using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Tests.Yaml;

public sealed class PlainScalarTests
{
    [Theory]
    [InlineData("", nameof(ScalarKind.Null), "")]
    [InlineData("~", nameof(ScalarKind.Null), "")]
    [InlineData("Null", nameof(ScalarKind.Null), "")]
    [InlineData("yes", nameof(ScalarKind.Boolean), "true")]
    [InlineData("On", nameof(ScalarKind.Boolean), "true")]
    [InlineData("OFF", nameof(ScalarKind.Boolean), "false")]
    [InlineData("y", nameof(ScalarKind.Text), "y")]
    [InlineData("truely", nameof(ScalarKind.Text), "truely")]
    [InlineData("42", nameof(ScalarKind.Integer), "42")]
    [InlineData("+42", nameof(ScalarKind.Integer), "42")]
    [InlineData("-1_000", nameof(ScalarKind.Integer), "-1000")]
    [InlineData("010", nameof(ScalarKind.Integer), "8")]
    [InlineData("08", nameof(ScalarKind.Text), "08")]
    [InlineData("0x1F", nameof(ScalarKind.Integer), "31")]
    [InlineData("0b101", nameof(ScalarKind.Integer), "5")]
    [InlineData("1:30", nameof(ScalarKind.Integer), "90")]
    [InlineData("1:30:00", nameof(ScalarKind.Integer), "5400")]
    [InlineData("1.10", nameof(ScalarKind.Float), "1.1")]
    [InlineData("1.0", nameof(ScalarKind.Float), "1.0")]
    [InlineData("1.5e+20", nameof(ScalarKind.Float), "1.5e+20")]
    [InlineData(".5", nameof(ScalarKind.Float), "0.5")]
    [InlineData("1e3", nameof(ScalarKind.Text), "1e3")]
    [InlineData(".", nameof(ScalarKind.Text), ".")]
    [InlineData("-", nameof(ScalarKind.Text), "-")]
    [InlineData(".inf", nameof(ScalarKind.Float), "Infinity")]
    [InlineData("1.2.3", nameof(ScalarKind.Text), "1.2.3")]
    [InlineData("12345678901234567890123", nameof(ScalarKind.Integer), "12345678901234567890123")]
    public void A_plain_scalar_is_read_as_Psych_reads_it(string text, string kind, string value)
    {
        var (actual, canonical) = PlainScalar.Resolve(text, out var refused);

        Assert.Equal((kind, value, null), (actual.ToString(), canonical, refused));
    }

    [Theory]
    [InlineData("2024-01-31", "Date")]
    [InlineData("2024-01-31 10:00:00", "Time")]
    public void Dates_are_refused_as_safe_loading_refuses_them(string text, string refusedClass)
    {
        PlainScalar.Resolve(text, out var refused);

        Assert.Equal(refusedClass, refused);
    }
}
