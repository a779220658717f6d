using Gantry.Engine.Archives;

namespace Gantry.Conformance.Tests.Archives;

/// <summary>progress-formats.json.</summary>
public sealed class ProgressTables
{
    [Fact]
    public void Rates_and_sizes_are_written_as_by_the_official_runner()
    {
        var cases = ArchiveCases.Of("progress-formats.json", "byte-rate", "bytes");
        foreach (var one in cases)
        {
            var input = one.GetProperty("input");
            var bytes = input.GetProperty("bytes").GetUInt64();
            var text = input.TryGetProperty("duration_ns", out var elapsed)
                ? TransferMeter.Rate(bytes, TimeSpan.FromTicks(elapsed.GetInt64() / 100))
                : TransferMeter.Bytes(bytes);
            Assert.True(text == one.Text("expected"), $"{one.Name()}: {text}");
        }

        Assert.Equal(23, cases.Count);
    }

    [Fact]
    public void Lines_carry_label_total_rate_and_end()
    {
        var cases = ArchiveCases.Of("progress-formats.json", "line");
        foreach (var one in cases)
        {
            var input = one.GetProperty("input");
            var total = input.GetProperty("total");
            var line = TransferMeter.Line(
                input.Text("label"),
                input.GetProperty("bytes").GetInt64(),
                total.ValueKind == System.Text.Json.JsonValueKind.Null ? null : total.GetInt64(),
                TimeSpan.FromTicks(input.GetProperty("duration_ns").GetInt64() / 100),
                input.GetProperty("done").GetBoolean());
            Assert.All(one.GetProperty("expected").Texts("contains"), part => Assert.Contains(part, line, StringComparison.Ordinal));
            Assert.All(one.GetProperty("expected").Texts("not_contains"), part => Assert.DoesNotContain(part, line, StringComparison.Ordinal));
        }

        Assert.Equal(3, cases.Count);
    }
}
