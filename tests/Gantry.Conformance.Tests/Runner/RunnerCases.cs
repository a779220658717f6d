using System.Text.Json;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>Cases about the runner's own rooms, from tests/conformance/runner.</summary>
internal static class RunnerCases
{
    /// <summary>
    /// Runs each case of the named tables (of all when none is named), collects what differs, and says how many ran.
    /// </summary>
    public static async Task RunAsync(
        ITestOutputHelper output, string file, string[] tables, int expectedCount, Func<RunnerCase, Task> check)
    {
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Root(), "tests/conformance/runner", file + ".json")));
        var wrong = new List<string>();
        var count = 0;
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var one = new RunnerCase(
                item.GetProperty("name").GetString()!, item.GetProperty("table").GetString()!, item.GetProperty("input"), item.GetProperty("expected"));
            if (tables.Length > 0 && !tables.Contains(one.Table))
            {
                continue;
            }

            count++;
            try
            {
                await check(one);
            }
            catch (Exception exception)
            {
                wrong.Add($"{one.Name}: {exception.Message}");
            }
        }

        output.WriteLine($"conformance: {file} {string.Join(' ', tables)} {count}");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal(expectedCount, count);
    }

    /// <inheritdoc cref="RunAsync"/>
    public static Task Run(ITestOutputHelper output, string file, string[] tables, int expectedCount, Action<RunnerCase> check) =>
        RunAsync(output, file, tables, expectedCount, one =>
        {
            check(one);
            return Task.CompletedTask;
        });

    internal static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gantry.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Gantry.slnx above the tests");
        }

        return folder;
    }
}

internal sealed record RunnerCase(string Name, string Table, JsonElement Input, JsonElement Expected)
{
    public string In(string name) => Input.Text(name) ?? "";

    public bool Expects(string name) => Expected.ValueKind == JsonValueKind.Object && Expected.TryGetProperty(name, out _);
}

internal static class JsonReading
{
    /// <summary>Null when absent or null.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static IReadOnlyList<string> Texts(this JsonElement element, string name) => element.Member(name) is { } list
        ? [.. list.EnumerateArray().Select(e => e.GetString()!)]
        : [];

    public static Dictionary<string, string> Map(this JsonElement element, string name) => element.Member(name) is { } map
        ? map.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!)
        : [];
}
