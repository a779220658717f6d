using Gantry.Engine.Archives;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Archives;

/// <summary>progress-formats.json.</summary>
public sealed class ProgressTables
{
    [Fact]
    [Tables("progress-formats", "byte-rate", "bytes")]
    public void Rates_and_sizes_are_written_as_by_the_official_runner()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var input = one.Input;
            var bytes = input.GetProperty("bytes").GetUInt64();
            var text = input.TryGetProperty("duration_ns", out var elapsed)
                ? TransferMeter.Rate(bytes, TimeSpan.FromTicks(elapsed.GetInt64() / 100))
                : TransferMeter.Bytes(bytes);
            Assert.True(text == one.Expected.GetString()!, $"{one.Name}: {text}");
        }

        Assert.Equal(23, cases.Count);
    }

    [Fact]
    [Tables("progress-formats", "line")]
    public void Lines_carry_label_total_rate_and_end()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var input = one.Input;
            var total = input.GetProperty("total");
            var line = TransferMeter.Line(
                input.Text("label"),
                input.GetProperty("bytes").GetInt64(),
                total.ValueKind == System.Text.Json.JsonValueKind.Null ? null : total.GetInt64(),
                TimeSpan.FromTicks(input.GetProperty("duration_ns").GetInt64() / 100),
                input.GetProperty("done").GetBoolean());
            Assert.All(one.Expected.Texts("contains"), part => Assert.Contains(part, line, StringComparison.Ordinal));
            Assert.All(one.Expected.Texts("not_contains"), part => Assert.DoesNotContain(part, line, StringComparison.Ordinal));
        }

        Assert.Equal(3, cases.Count);
    }
}
