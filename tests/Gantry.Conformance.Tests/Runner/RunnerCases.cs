using System.Text.Json;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>Cases about the runner's own rooms, from tests/conformance/runner.</summary>
internal static class RunnerCases
{
    /// <summary>Runs the cases of the test's tables and collects what differs.</summary>
    public static async Task RunAsync(int count, Func<RunnerCase, Task> check)
    {
        var wrong = new List<string>();
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            try
            {
                await check(new RunnerCase(one.Name, one.Table, one.Input, one.Expected));
            }
            catch (Exception exception)
            {
                wrong.Add($"{one.Name}: {exception.Message}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal(count, cases.Count);
    }

    /// <inheritdoc cref="RunAsync"/>
    public static Task Run(int count, Action<RunnerCase> check) =>
        RunAsync(count, one =>
        {
            check(one);
            return Task.CompletedTask;
        });
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
