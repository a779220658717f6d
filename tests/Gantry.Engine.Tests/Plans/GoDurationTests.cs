using CsCheck;
using Gantry.Engine.Plans;

namespace Gantry.Engine.Tests.Plans;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("30m", 1800)]
    [InlineData("1h15m", 4500)]
    [InlineData("1.5h", 5400)]
    [InlineData("-10m", -600)]
    [InlineData("0", 0)]
    [InlineData("500ms", 0.5)]
    public void Texts_of_people_are_read(string text, double seconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("1d")]
    [InlineData("m5")]
    [InlineData("h")]
    [InlineData("1h 5m")]
    [InlineData("..s")]
    public void Other_texts_are_refused(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData(3600, "1h0m0s")]
    [InlineData(300, "5m0s")]
    [InlineData(1.5, "1.5s")]
    [InlineData(0, "0s")]
    [InlineData(0.1, "100ms")]
    [InlineData(-1, "-1s")]
    public void They_are_written_as_go_writes_them(double seconds, string text) => Assert.Equal(text, GoDuration.Format(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void What_is_written_is_read_back() => Gen.Long[-1_000_000_000_000, 1_000_000_000_000].Sample(ticks =>
        GoDuration.TryParse(GoDuration.Format(TimeSpan.FromTicks(ticks)), out var back) && back.Ticks == ticks);
}
