using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Gantry.Coordinator.Web.Logs;

namespace Gantry.Coordinator.Tests.Web.Logs;

public sealed class LogSpeedTests(ITestOutputHelper output)
{
    [Fact]
    public void Half_a_million_lines_are_parsed_and_written_in_seconds()
    {
        var piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1_000).Select(i => i % 4 == 0
            ? $"2026-08-22T10:11:12.{i:d6}Z 01O \e[32;1m[{i}]\e[0;m compiling module number {i} of the product with some words\n"
            : $"2026-08-22T10:11:12.{i:d6}Z 01O src/product/module{i}/file.c:12: note: something that a compiler says\n")));
        var clock = Stopwatch.StartNew();
        var parser = new LogParser();
        long written = 0;
        for (var i = 0; i < 500; i++)
        {
            parser.Append(piece);
            using var json = new Utf8JsonWriter(Stream.Null, LogJson.Options);
            json.WriteStartObject();
            LogJson.WriteMembers(json, parser.TakeChanges());
            json.WriteEndObject();
            written += json.BytesPending + json.BytesCommitted;
        }

        parser.Complete();
        var batch = parser.TakeChanges();
        output.WriteLine($"{batch.LineCount} lines, {parser.Offset >> 20} MiB in, {written >> 20} MiB out, {clock.ElapsedMilliseconds} ms");
        Assert.Equal(500_000, batch.LineCount);
        // Far above what it takes, so that a busy machine and an unoptimised build do not fail it.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"{clock.Elapsed}");
    }
}
