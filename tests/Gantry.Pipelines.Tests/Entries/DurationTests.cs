using Gantry.Pipelines.Entries;

namespace Gantry.Pipelines.Tests.Entries;

public sealed class DurationTests
{
    [Theory]
    [InlineData("42", 42)]
    [InlineData("3 mins 4 sec", 184)]
    [InlineData("2h20min", 8400)]
    [InlineData("6 mos 1 day", 15_638_400)]
    [InlineData("47 yrs 6 mos and 4d", 1_499_104_800)]
    [InlineData("3 weeks and 2 days", 1_987_200)]
    [InlineData("one week", 604_800)]
    [InlineData("twenty five minutes", 1500)]
    [InlineData("1d", 86_400)]
    [InlineData("3h 30m", 12_600)]
    [InlineData("1.5 hours", 5400)]
    [InlineData("10:30", 630)]
    [InlineData("1:00:00", 3600)]
    public void Durations_are_natural_language(string text, long seconds) => Assert.Equal(seconds, Duration.Parse(text)?.TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("10 apples")]
    [InlineData("-5")]
    [InlineData("1:2:3:4")]
    public void Other_texts_are_refused(string text) => Assert.Null(Duration.Parse(text));
}
