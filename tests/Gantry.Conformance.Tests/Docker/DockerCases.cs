using System.Text.Json;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Docker;

/// <summary>The cases of the tables that a test names.</summary>
internal static class DockerCases
{
    public static IReadOnlyList<DockerCase> Of() =>
        [.. CaseFile.OfThisTest().Select(one => new DockerCase(one.Name, one.Table, one.Input, one.Expected))];
}

internal sealed record DockerCase(string Name, string Table, JsonElement Input, JsonElement Expected)
{
    public string Operation => Text(Input, "operation") ?? "";

    public string? InputText(string name) => Text(Input, name);

    public string? ExpectedText(string name) => Text(Expected, name);

    public IReadOnlyList<string> InputList(string name) => List(Input, name);

    public IReadOnlyList<string> ExpectedList(string name) => List(Expected, name);

    public bool Expects(string name) => Expected.ValueKind == JsonValueKind.Object && Expected.TryGetProperty(name, out _);

    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static IReadOnlyList<string> List(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(e => e.GetString()!)] : [];

    public static Dictionary<string, string> Map(JsonElement element) => element.ValueKind != JsonValueKind.Object ? [] :
        element.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
}
