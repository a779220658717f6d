using System.Text;
using System.Text.Json;
using Gantry.Engine.Traces;

namespace Gantry.Conformance.Tests.Traces;

/// <summary>Cases about the job log, from tests/conformance/runner.</summary>
internal static class LogCases
{
    /// <summary>Runs each case of a table (of all tables when none is named), collects what differs, and says how many ran.</summary>
    public static void Run(ITestOutputHelper output, string file, string? table, int expectedCount, Action<JsonElement, JsonElement> check)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(FindRoot(), "tests/conformance/runner", file + ".json")));
        var wrong = new List<string>();
        var count = 0;
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (table is not null && item.GetProperty("table").GetString() != table)
            {
                continue;
            }

            count++;
            try
            {
                check(item.GetProperty("input"), item.GetProperty("expected"));
            }
            catch (Xunit.Sdk.XunitException exception)
            {
                wrong.Add($"{item.GetProperty("name").GetString()}: {exception.Message}");
            }
        }

        output.WriteLine($"conformance: {file}{(table is null ? "" : "/" + table)} {count}");
        Assert.Empty(wrong);
        Assert.Equal(expectedCount, count);
    }

    public static IEnumerable<string> Strings(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) ? list.EnumerateArray().Select(item => item.GetString()!) : [];

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gantry.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Gantry.slnx above the tests");
        }

        return folder;
    }
}

/// <summary>The sink of a filter.</summary>
internal sealed class SinkStage : ITraceStage
{
    private readonly List<byte> _bytes = [];

    public string Text => Encoding.UTF8.GetString([.. _bytes]);

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void Mask() => Write("[MASKED]"u8);

    public void EndWrite() { }

    public void Close() { }
}
