using Gantry.CommandLine;

namespace Gantry.Tests.CommandLine;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("500MB", 500_000_000)]
    [InlineData("20 gb", 20_000_000_000)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData("2k", 2000)]
    [InlineData("0", 0)]
    public void A_size_is_read_as_people_write_it(string text, long expected)
    {
        Assert.True(ByteSize.TryParse(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("many")]
    [InlineData("5 apples")]
    [InlineData("-1GB")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(1_234_567, "1.2 MB")]
    [InlineData(20_000_000_000, "20 GB")]
    public void A_size_is_written_short(long bytes, string expected) => Assert.Equal(expected, ByteSize.Text(bytes));
}
