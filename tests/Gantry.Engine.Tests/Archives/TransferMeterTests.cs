using Gantry.Engine.Archives;

namespace Gantry.Engine.Tests.Archives;

public sealed class TransferMeterTests
{
    [Fact]
    public void A_line_covers_the_longer_one_before_it() => Assert.Equal(
        "\rUploading cache 1.50 MB/3.00 MB (750.0 KB/s)                ",
        TransferMeter.Line("Uploading cache", 1_500_000, 3_000_000, TimeSpan.FromSeconds(2), done: false));

    [Theory]
    [InlineData(1250UL, "1.2 KB/s")]
    [InlineData(1150UL, "1.1 KB/s")]
    [InlineData(1750UL, "1.8 KB/s")]
    public void Ties_are_rounded_to_even_as_by_go(ulong bytes, string expected) =>
        Assert.Equal(expected, TransferMeter.Rate(bytes, TimeSpan.FromSeconds(1)));

    [Fact]
    public void No_time_at_all_is_no_division_by_zero() =>
        Assert.Equal("1000.0 MB/s", TransferMeter.Rate(1, TimeSpan.Zero));
}
